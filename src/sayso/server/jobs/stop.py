"""A job that was cancelled -> its processes told to end, by the one that stays with its command, or if that is no use, by us."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from sayso.server.jobs.folder import CANCEL, PROCESS, read_small

PATIENCE = 60.0
"""After so many seconds the process that should have stopped the job is taken to be dead, or hung."""


def stop(folder: Path, *, here: bool) -> None:
    """Ask for it once; asked in vain, kill what still holds the job's lock, if it runs on this machine."""
    asked = folder / CANCEL
    if not asked.exists():
        asked.touch()
    elif here and time.time() - asked.stat().st_mtime > PATIENCE:
        _kill(folder)


def _kill(folder: Path) -> None:
    """Kill both processes' groups. That they are of the job's session proves that no other program has got their numbers."""
    told = read_small(folder / PROCESS)
    session = told.get("process")
    for number in (told.get("command"), session):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if isinstance(number, int) and isinstance(session, int) and os.getsid(number) == session:
                os.killpg(number, signal.SIGKILL)
