"""What a language model answered -> the rows in it, however much is around them, broken or cut off."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

EXCERPT = 300


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


@dataclass(frozen=True)
class Found:
    """The whole rows of an answer, in its order; and the beginnings of those that are broken."""

    rows: list[dict[str, Any]]
    broken: list[str]


def rows_in(answer: str, key: str) -> Found:
    """All objects with this key, wherever they are: in a list, in an object around one, one a line, between words or fences.

    A key outside of them is what is left of a row that cannot be read. An answer with neither is one broken row.
    """
    rows: list[dict[str, Any]] = []
    gaps: list[tuple[int, int]] = []
    at = last = 0
    while (start := answer.find("{", at)) >= 0:
        value, end = _object_at(answer, start)
        if value is None or key not in value:
            at = start + 1 if value is None or _holds(value) else end
            continue
        rows.append(value)
        gaps.append((last, start))
        at = last = end
    broken = [piece for start, end in gaps for piece in _beginnings(answer[start:end], key)]
    broken += _beginnings(answer[last:], key) or _cut_off(answer[last:])
    return Found(rows, broken if rows or broken else [answer[:EXCERPT]])


def _object_at(text: str, start: int) -> tuple[dict[str, Any] | None, int]:
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start
    return value, end


def _holds(value: dict[str, Any]) -> bool:
    """Whether rows may be inside of the object."""
    return any(isinstance(inner, list | dict) for inner in value.values())


def _cut_off(text: str) -> list[str]:
    """A row of which not even the key is there."""
    start = text.find("{")
    while start >= 0:
        value, end = _object_at(text, start)
        if value is None:
            return [text[start : start + EXCERPT]]
        start = text.find("{", end)
    return []


def _beginnings(text: str, key: str) -> list[str]:
    return [text[place.start() : place.start() + EXCERPT] for place in re.finditer(rf'"{re.escape(key)}"\s*:', text)]
