"""What a person sees: results on stdout, everything else on stderr, bars only where there is a terminal."""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sayso.artifacts import Progress, no_progress

if TYPE_CHECKING:
    from rich.console import Console


SECONDS_UNTIL_SAID = 2.0
JOINERS = "\u200c\u200d"
"""They take no place of their own, and Persian words and families of emoji fall apart without them."""


@dataclass
class Volume:
    """How much is said on stderr: errors only, the usual, or every detail."""

    quiet: bool = False
    verbose: bool = False


volume = Volume()


@functools.cache
def stdout() -> Console:
    """Where results go."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


@functools.cache
def stderr() -> Console:
    """Where messages, progress and errors go."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def print_json(document: Any) -> None:
    """The one JSON document of a command called with --json."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def say(message: str, *, style: str | None = None) -> None:
    """A message for the person watching; --quiet silences it."""
    if not volume.quiet:
        stderr().print(message, style=style, markup=False)


def visible(text: str, *, lines: bool = False) -> str:
    """The text without what would move a terminal's cursor or change its colours; on one line, or on as many as it has."""
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(sign if sign.isprintable() or sign in JOINERS or (lines and sign == "\n") else " " for sign in text)


def detail(message: str) -> None:
    """A message that only --verbose shows."""
    if volume.verbose:
        stderr().print(message, style="dim", markup=False)


def fail(message: str) -> None:
    """An error; said even with --quiet."""
    console = stderr()
    console.print("error: ", style="bold red", end="")
    console.print(message, markup=False)


def _line_of_what_takes_long() -> Progress:
    """Says what is being done once it has been going on for a while; a new epoch is something new, a new loss is not."""
    current, since, said = "", time.monotonic(), ""

    def update(doing: str, done: int, total: int) -> None:
        nonlocal current, since, said
        what = doing.partition(", loss")[0]
        if what != current:
            current, since = what, time.monotonic()
        if what != said and time.monotonic() - since > SECONDS_UNTIL_SAID:
            said = what
            say(f"  {what} …")

    return update


@contextmanager
def progress() -> Iterator[Progress]:
    """A stage's Progress, drawn as one bar; where stderr is no terminal, a line for whatever takes long."""
    if volume.quiet:
        yield no_progress
        return
    if not stderr().is_terminal or os.environ.get("TERM") == "dumb":
        yield _line_of_what_takes_long()
        return
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TaskProgressColumn(), TimeRemainingColumn())
    with Bars(*columns, console=stderr(), transient=True) as bars:
        task = bars.add_task("", total=None)

        def update(doing: str, done: int, total: int) -> None:
            bars.update(task, description=doing, completed=done, total=total or None)

        yield update
