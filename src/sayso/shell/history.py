"""What was run, line by line, in a file that only its owner can read."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.shell.permission import Permit
from sayso.shell.places import log_file
from sayso.shell.proposal import Proposal

LARGEST = 5_000_000
SHOWN = 20
SWITCH = "SAYSO_DO_LOG"


@dataclass(frozen=True)
class Request:
    """What was asked for, what was known where it was asked, and which model was asked."""

    text: str
    context: Mapping[str, Any]
    tool: str
    model: str


def is_switched_off() -> bool:
    """Whether the environment says that nothing is to be kept."""
    return os.environ.get(SWITCH, "").strip().lower() in ("0", "false", "no", "off")


def log(request: Request, proposal: Proposal, permitted: Permit) -> None:
    """Write down what is about to run."""
    row = {
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "cwd": _folder(),
        "tool": request.tool,
        "model": request.model,
        "request": request.text,
        "context": request.context or None,
        "argv": list(proposal.argv),
        "confidence": proposal.confidence,
        "action": proposal.action,
        "risk": proposal.risk,
        "origin": proposal.origin,
        "permitted": permitted,
    }
    file = log_file()
    with contextlib.suppress(FileNotFoundError):
        if file.stat().st_size > LARGEST:
            file.replace(file.with_name("do.1.jsonl"))
    append_row(file, row)


def last_runs(count: int = SHOWN) -> list[dict[str, Any]]:
    """The last commands that were run, oldest first; lines that a kill cut off are left out."""
    file = log_file()
    if not file.is_file():
        return []
    rows = []
    with open(file, encoding="utf-8", errors="replace") as lines:
        for line in deque(lines, maxlen=count):
            with contextlib.suppress(ValueError):
                rows.append(json.loads(line))
    return [row for row in rows if isinstance(row, dict)]


def append_row(file: Path, row: Mapping[str, Any]) -> None:
    """One line in one write, so that two processes do not mix theirs; a folder's name that is no UTF-8 is escaped."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        with contextlib.suppress(AttributeError):  # Windows has no fchmod
            os.fchmod(handle, 0o600)
        os.write(handle, (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace"))
    finally:
        os.close(handle)


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # removed under one's feet
        return None
