"""One process at a time changes a model; the lock goes with its process, however that ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sayso.errors import InputError

LOCK = ".lock"
PATIENCE = 120.0
PAUSE = 0.02

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _give_back(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _give_back(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def locked(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Keep every other process from changing what is in `folder`; waits up to `patience` seconds for the one that does."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / LOCK, "ab") as stream:
        _wait(stream.fileno(), folder, patience)
        try:
            yield
        finally:
            _give_back(stream.fileno())


def _wait(handle: int, folder: Path, patience: float) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            return _take(handle)
        except OSError as error:
            if not isinstance(error, BlockingIOError | PermissionError):
                raise
        if time.monotonic() > until:
            raise InputError(f"another process has been changing this model for {patience:.0f} s; try again when it is done", folder)
        time.sleep(PAUSE)
