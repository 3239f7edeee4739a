"""texts/*.yaml -> Language: what the pages say, and how they write numbers, in the language that a person reads."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import Request

from sayso.yamlfile import read_yaml

TEXTS = Path(__file__).parent / "texts"
NAMES = {"en": "English", "it": "Italiano"}
"""The languages there are; the first is spoken to who asks for none of them."""
COOKIE = "sayso_language"


@dataclass(frozen=True)
class Language:
    """One language: its code, its texts by their keys, and how it writes numbers."""

    code: str
    texts: Mapping[str, str]

    def text(self, key: str, **values: object) -> str:
        """The text of a key, with what stands for its {names}."""
        return self.texts[key].format(**values)

    def count(self, key: str, number: int) -> str:
        """A text that tells a number of something: `KEY_one` if it is one."""
        return self.text(f"{key}_one" if number == 1 else key, number=self.number(number))

    def text_or(self, key: str, other: str) -> str:
        """The text of a key, or another where there is none: of what programs may name newly."""
        return self.texts.get(key, other)

    def number(self, value: float, digits: int = 0) -> str:
        """`1,234.5`, or `1.234,5`."""
        written = f"{value:,.{digits}f}"
        return written if self.code == "en" else written.translate(str.maketrans(",.", ".,"))

    def percent(self, share: float, digits: int = 1) -> str:
        """A share as a percentage."""
        return f"{self.number(100 * share, digits)} %"

    def size(self, size: int) -> str:
        """So many bytes, in the unit that suits."""
        return f"{self.number(size / 1e6, 1)} MB" if size >= 50_000 else f"{self.number(size / 1e3, 1)} kB"

    def points(self, share: float) -> str:
        """By how many percentage points one share is more than another."""
        return f"{'+' if share > 0 else ''}{self.number(100 * share, 1)} pp"

    def duration(self, seconds: float) -> str:
        """So long, by the two largest units."""
        minutes, left = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes} min" if hours else f"{minutes} min {left} s" if minutes else f"{left} s"

    def moment(self, when: datetime.datetime | str) -> str:
        """A moment of UTC, to the minute; in an order that every reader understands."""
        return f"{_utc(when):%Y-%m-%d %H:%M}"

    def exactly(self, when: datetime.datetime | str) -> str:
        """The same as programs read it."""
        return _utc(when).isoformat(timespec="seconds")


@cache
def language(code: str) -> Language:
    """A language that there is."""
    return Language(code, read_yaml(TEXTS / f"{code}.yaml").value)


def language_of(request: Request) -> Language:
    """What the person has chosen, else what the browser asks for first of what there is."""
    chosen = request.cookies.get(COOKIE)
    if chosen in NAMES:
        return language(chosen)
    asked = sorted(map(_wish, request.headers.get("accept-language", "").split(",")), reverse=True)
    known = (code for weight, code in asked if weight > 0 and code in NAMES)
    return language(next(known, next(iter(NAMES))))


def _utc(when: datetime.datetime | str) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(when) if isinstance(when, str) else when
    return moment.astimezone(datetime.UTC)


def _wish(part: str) -> tuple[float, str]:
    """One part of Accept-Language: how much it is wanted, and the language without its country."""
    name, _, quality = part.strip().lower().partition(";q=")
    try:
        weight = float(quality) if quality else 1.0
    except ValueError:
        weight = 0.0
    return weight, name.partition("-")[0]
