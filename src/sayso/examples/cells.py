"""A value <-> a cell of a CSV file, which no spreadsheet may take for a formula."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sayso.errors import DataError
from sayso.examples.rows import json_line

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""What a spreadsheet takes for the beginning of a formula, or passes over before one."""
GUARD = re.compile(rf"'*({FORMULA.pattern})")
"""A formula, guarded any number of times."""

CELLS: dict[str, Callable[[str], Any]] = {
    "score": float,
    "tags": lambda cell: json.loads(cell) if cell.startswith("[") else cell.split(";"),
    "spans": json.loads,
    "weight": float,
    "context": json.loads,
    "output": json.loads,
}
"""How the cells of a head's type, and of the columns with these names, are read."""


def to_cell(value: Any) -> Any:
    """The value as a cell: text that a spreadsheet would run, or that looks guarded already, gets an apostrophe in front."""
    if isinstance(value, list | tuple | dict):
        return json_line(value)
    return f"'{value}" if isinstance(value, str) and GUARD.match(value) else value


def from_cell(key: str, cell: str, types: Mapping[str, str], path: Path | str, line: int | None) -> Any:
    """The value that a cell stands for, its guard taken off; `types` has the type of each head."""
    if cell.startswith("'") and GUARD.match(cell):
        cell = cell[1:]
    convert = CELLS.get(types.get(key, key))
    try:
        return convert(cell) if convert else cell
    except (ValueError, RecursionError):
        raise DataError(f"`{key}` cannot be read from {cell!r:.60}", path, line) from None
