"""Example: one text and what is true of it, for every head of a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from sayso.errors import DataError, nearest
from sayso.project import Head
from sayso.runtime.spans import Mark

Value = str | tuple[str, ...] | tuple[Mark, ...] | float
"""A choice head's label, a tags head's labels, a spans head's marks, or a score."""

FIELDS = ("id", "source", "group", "lang", "context", "output", "weight")


@dataclass(slots=True)
class Example:
    """`labels` has one entry per head that is known for this text. `group` names what the row was made from; `output` is the command
    or clarification that answers the text in this `context`, where the row tells one. `line` is where in a file it was read, for errors.
    """

    text: str
    labels: dict[str, Value]
    id: str | None = None
    source: str | None = None
    group: str | None = None
    lang: str | None = None
    context: dict[str, Any] | None = None
    output: dict[str, Any] | None = None
    weight: float = 1.0
    line: int | None = field(default=None, compare=False)

    def to_row(self) -> dict[str, Any]:
        """The row as it is written: one key per head, and only the fields that say something."""
        row: dict[str, Any] = {"text": self.text}
        row |= {head: _plain(value) for head, value in self.labels.items()}
        row |= {name: value for name in FIELDS if (value := getattr(self, name)) is not None}
        if self.weight == 1.0:
            del row["weight"]
        return row


@dataclass(frozen=True)
class RowReader:
    """Turns rows of a file into Examples, refusing what the heads do not know."""

    heads: dict[str, Head]

    def example(self, row: Any, path: Path | str, line: int | None) -> Example:
        """The Example in `row`; a DataError with file and line if there is none."""
        text = text_in(row, path, line)
        labels = {name: self._value(name, row[name], text, path, line) for name in self.heads if row.get(name) is not None}
        if not labels and not row.get("output"):
            raise DataError(f"no label here: expected a key named {' or '.join(map(repr, self.heads))}", path, line)
        weight = row.get("weight", 1.0)
        if not isinstance(weight, int | float) or isinstance(weight, bool) or not weight > 0:
            raise DataError(f"`weight` must be a number above 0, found {weight!r}", path, line)
        known = {name: _text(row.get(name)) for name in ("id", "source", "group", "lang")}
        return Example(text, labels, **known, context=row.get("context"), output=row.get("output"), weight=float(weight), line=line)

    def _value(self, name: str, value: Any, row_text: str, path: Path | str, line: int | None) -> Value:
        head = self.heads[name]
        if head.type == "score":
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                raise DataError(f"`{name}` must be a number from 0 to 1, found {value!r}", path, line)
            return float(value)
        if head.type == "spans":
            return _marks(name, value, row_text, head, path, line)
        given = [value] if head.type == "choice" else value
        if not isinstance(given, list | tuple):
            raise DataError(f"`{name}` must be a list of labels, found {value!r}", path, line)
        for label in given:
            if not isinstance(label, str) or label not in head.labels:
                raise DataError(f"{label!r} is not a label of {name!r}{nearest(str(label), head.labels)}", path, line)
        return str(value) if head.type == "choice" else tuple(dict.fromkeys(given))


def text_in(row: Any, path: Path | str, line: int | None) -> str:
    """The text of a row; a DataError with file and line if there is none that can be used."""
    if not isinstance(row, dict):
        raise DataError(f"a row is an object with a `text` key, not {type(row).__name__}", path, line)
    text = row.get("text")
    if not isinstance(text, str):
        raise DataError("the key `text` is missing" if text is None else f"`text` must be text, found {text!r:.60}", path, line)
    if not text.strip():
        raise DataError("`text` is empty", path, line)
    if "\0" in text:
        raise DataError("`text` holds a NUL character; take it out", path, line)
    return text


def _marks(name: str, value: Any, text: str, head: Head, path: Path | str, line: int | None) -> tuple[Mark, ...]:
    """The marks of a row, in the text's order; they lie in the text and do not overlap."""
    found: list[Mark] = []
    for entry in value if isinstance(value, list | tuple) else [value]:
        mark = Mark(*(entry[key] for key in Mark._fields)) if isinstance(entry, dict) and entry.keys() >= set(Mark._fields) else None
        if mark is None or not all(type(place) is int for place in mark[1:]) or not 0 <= mark.start < mark.end <= len(text):
            told = f'`{name}` is a list of {{"label", "start", "end"}} with places in the text, found {entry!r:.60}'
            raise DataError(told, path, line)
        if not isinstance(mark.label, str) or mark.label not in head.labels:
            raise DataError(f"{mark.label!r} is not a label of {name!r}{nearest(str(mark.label), head.labels)}", path, line)
        found.append(mark)
    found.sort(key=lambda mark: mark.start)
    if any(one.end > other.start for one, other in pairwise(found)):
        raise DataError(f"two marks of `{name}` overlap", path, line)
    return tuple(found)


def _plain(value: Value) -> Any:
    if not isinstance(value, tuple):
        return value
    return [one._asdict() if isinstance(one, Mark) else one for one in value]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
