"""Labelled rows <-> JSONL and CSV, a piece at a time: with one key a head, as projects have them, or `text` and `label` alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

from sayso.errors import DataError, UsageError
from sayso.examples.cells import from_cell, to_cell
from sayso.examples.example import text_in
from sayso.examples.rows import Row, Values, json_line, read_rows, rows_in
from sayso.labeling.labels import Answer, LabelSets, UnknownLabel

Dialect = Literal["sayso", "label"]
"""One key per head and whatever else is known; or `text` and `label` alone, which is the main head's."""

PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Labelled:
    """One row of a file: its answer, None if nobody has given one, and what else it says."""

    text: str
    answer: Answer | None
    other: Values
    line: int


def read_labelled(source: Path | BinaryIO, sets: LabelSets, name: Path | str = "") -> Iterator[Labelled]:
    """The rows of a file; a DataError names file, line and the nearest label of the first row that says what the project does not know.

    An open file is read as what its `name` ends in: .jsonl or .csv.
    """
    place = source if isinstance(source, Path) else name
    rows = read_rows(source) if isinstance(source, Path) else rows_in(source, name)
    types = {head: labels.type for head, labels in sets.heads.items()} if Path(place).suffix == ".csv" else None
    return (_labelled(row, sets, types, place) for row in rows)


def write_jsonl(rows: Iterable[Mapping[str, Any]], sets: LabelSets, dialect: Dialect = "sayso") -> Iterator[bytes]:
    """The rows as JSONL, in pieces of some 64 kB."""
    return _in_pieces(json_line(row) + "\n" for row in _in_dialect(rows, sets, dialect))


def write_csv(rows: Iterable[Mapping[str, Any]], sets: LabelSets, dialect: Dialect = "sayso") -> Iterator[bytes]:
    """The rows as CSV, safe in a spreadsheet, in pieces of some 64 kB; `read_labelled` gives back exactly what they were.

    Its columns are the heads and what the first row says beside them.
    """
    return _in_pieces(_csv_lines(_in_dialect(rows, sets, dialect), ["label"] if dialect == "label" else list(sets.heads)))


def _labelled(row: Row, sets: LabelSets, types: Mapping[str, str] | None, place: Path | str) -> Labelled:
    values = row.values
    if types is not None:
        values = {key: from_cell(key, cell, types, place, row.line) for key, cell in values.items() if cell != ""}
    text = text_in(values, place, row.line)
    given = {head: values[head] for head in sets.heads if values.get(head) is not None}
    try:
        if values.get("label") is not None and "label" not in sets.heads:
            said = sets.of_main(values["label"])
            if given | said != said | given:
                raise UnknownLabel(f"`label` and {sets.main!r} say different things; keep one of them")
            given |= said
        answer = sets.answer(given) if given else None
    except UnknownLabel as error:
        raise UnknownLabel(str(error), place, row.line) from None
    return Labelled(text, answer, {key: value for key, value in values.items() if key not in {"text", "label", *sets.heads}}, row.line)


def _in_dialect(rows: Iterable[Mapping[str, Any]], sets: LabelSets, dialect: Dialect) -> Iterator[Mapping[str, Any]]:
    if dialect == "sayso":
        return iter(rows)
    if sets.main is None:
        raise UsageError("no head of this project has one label a text, which is all that `text` and `label` can hold")
    main = sets.main
    return ({"text": row["text"], "label": row[main]} for row in rows if row.get(main) is not None)


def _csv_lines(rows: Iterator[Mapping[str, Any]], labels: list[str]) -> Iterator[str]:
    first = list(islice(rows, 1))
    columns = list(dict.fromkeys(["text", *labels, *chain.from_iterable(first)]))
    yield _csv_line(columns)
    for number, row in enumerate(chain(first, rows), start=1):
        if more := row.keys() - set(columns):
            raise DataError(f"row {number} has a key {min(more)!r} that the first row lacks; write JSONL instead")
        yield _csv_line([to_cell(row.get(column)) for column in columns])


def _csv_line(cells: list[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _in_pieces(lines: Iterable[str]) -> Iterator[bytes]:
    piece = bytearray()
    for line in lines:
        piece += line.encode("utf-8", "replace")
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)
