"""What a job says of itself -> what may be shown: the end of its log, how far it is, its result; nothing secret in any of it."""

from __future__ import annotations

import datetime
import json
import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from sayso.server.access.tokens import SHAPE
from sayso.server.jobs.folder import LOG, PROGRESS, RESULT, read_small
from sayso.server.settings import Settings

LINES, LONGEST_LINE, LONGEST_NAME = 200, 1000, 100
TAIL_BYTES = 64 * 1024
MARGIN = 4 * 1024
"""Read before the tail, so that what begins in it and must not be shown is known for what it is."""
MOST_OF_A_RESULT = 300_000

SECRET_NAMES = re.compile(r"(^|_)(API)?(KEYS?|SECRETS?|TOKENS?|(PG)?PASS(WORD|WD)?|CREDENTIALS?|HEADERS|WEBHOOK)(_|$)", re.IGNORECASE)
SHORTEST_SECRET = 6
SECRET_SHAPES = (
    (SHAPE, "sayso_…"),
    (re.compile(r"\bhf_[A-Za-z0-9]{20,}"), "hf_…"),
    (re.compile(r"(://[^/\s:@\"']*):[^/\s\"']+@"), r"\1:…@"),
    (re.compile(r"(\bpassword=)[^\s\"'&]+", re.IGNORECASE), r"\1…"),
    (re.compile(r"(\bauthorization: *bearer +)\S+", re.IGNORECASE), r"\1…"),
)
COMMANDS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")
"""What moves a terminal's cursor or colours its text."""
CONTROLS = dict.fromkeys((*range(9), *range(10, 32), *range(127, 160)))

Hide = Callable[[str], str]


@dataclass(frozen=True)
class Step:
    """What a job is at, and what of it it is doing: `done` of `total`, which is 0 while nobody knows."""

    name: str
    doing: str
    done: float
    total: float

    @property
    def share(self) -> float | None:
        """How much of the step is done."""
        return min(1.0, self.done / self.total) if self.total else None


def hiding(settings: Settings) -> Hide:
    """What takes secrets out of a text: those of the server's settings and environment, and whatever looks like one."""
    found = {value for name, value in os.environ.items() if SECRET_NAMES.search(name) and not os.path.exists(value)}
    found |= {settings.webhook or "", _password(settings)}
    known = sorted((value for value in found if len(value) >= SHORTEST_SECRET), key=len, reverse=True)

    def hide(text: str) -> str:
        for value in known:
            text = text.replace(value, "…")
        for shape, instead in SECRET_SHAPES:
            text = shape.sub(instead, text)
        return text

    return hide


def read_log(folder: Path, hide: Hide) -> list[str]:
    """The last lines of the log, as plain text whatever is in it."""
    content, begins = _tail(folder / LOG, TAIL_BYTES + MARGIN)
    lines = hide(content.decode("utf-8", "replace")).replace("\r\n", "\n").split("\n")
    if not begins and len(lines) > 1:
        del lines[0]  # it is cut
    if lines[-1] == "":
        del lines[-1]
    return [_line(line) for line in lines[-LINES:]]


def read_step(folder: Path, hide: Hide) -> Step | None:
    """What the job is at; None if it does not say."""
    told = read_small(folder / PROGRESS)
    name, doing, done, total = told.get("step"), told.get("doing", ""), _number(told.get("done", 0)), _number(told.get("total", 0))
    if not isinstance(name, str) or not isinstance(doing, str) or done is None or total is None:
        return None
    return Step(_line(hide(name))[:LONGEST_NAME], _line(hide(doing))[:LONGEST_NAME], done, total)


def read_result(folder: Path, hide: Hide) -> dict[str, Any] | None:
    """The JSON document that the command gave; None if it gave none, or not a whole one."""
    content, whole = _tail(folder / RESULT, MOST_OF_A_RESULT)
    if not whole:
        return None
    try:
        found = json.loads(hide(content.decode()), parse_constant=lambda name: None, parse_float=_finite)
        json.dumps(found)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def moment(told: object) -> datetime.datetime | None:
    """A moment that a file tells."""
    try:
        found = datetime.datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=datetime.UTC)


def _tail(path: Path, most: int) -> tuple[bytes, bool]:
    """The end of a file, and whether that is all of it."""
    try:
        with open(path, "rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - most))
            return stream.read(most), size <= most
    except OSError:
        return b"", True


def _line(text: str) -> str:
    """A line as a terminal would leave it: what was written over is gone."""
    shown = COMMANDS.sub("", text.rstrip("\r").rpartition("\r")[2]).translate(CONTROLS)
    return shown if len(shown) <= LONGEST_LINE else f"{shown[:LONGEST_LINE]} …"


def _number(told: object) -> float | None:
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    try:
        number = float(told)
    except OverflowError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _finite(written: str) -> float | None:
    """A number as a database takes it."""
    return number if math.isfinite(number := float(written)) else None


def _password(settings: Settings) -> str:
    try:
        return str(make_url(settings.database).password or "")
    except ArgumentError:
        return ""
