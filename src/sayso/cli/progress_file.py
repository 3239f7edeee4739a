"""How far a command is, in a file: for a program that started it and shows it elsewhere."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sayso.artifacts import Progress, write_json

VARIABLE = "SAYSO_PROGRESS_FILE"
SECONDS_BETWEEN = 0.5


@contextmanager
def also_in_a_file(shown: Progress, steps: Collection[str]) -> Iterator[Progress]:
    """The Progress that is shown, written to the file too that SAYSO_PROGRESS_FILE names, if it names one.

    `{"step": "train", "doing": "training, epoch 1/4", "done": 30, "total": 100, "at": "…"}`, whole at any moment, at most twice a
    second; the beginning of a step and the end are always written.
    """
    named = os.environ.get(VARIABLE)
    if not named:
        yield shown
        return
    path, step, last, written = Path(named), "", ("", 0, 0), -SECONDS_BETWEEN

    def write() -> None:
        nonlocal written
        doing, done, total = last
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        write_json(path, {"step": step, "doing": doing, "done": done, "total": total, "at": now})
        written = time.monotonic()

    def update(doing: str, done: int, total: int) -> None:
        nonlocal step, last
        shown(doing, done, total)
        begins = doing in steps and done == total == 0
        step, last = doing if begins else step, (doing, done, total)
        if begins or time.monotonic() - written >= SECONDS_BETWEEN:
            write()

    try:
        yield update
    finally:
        write()
