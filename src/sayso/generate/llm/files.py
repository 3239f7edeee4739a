"""The files in the project's `data/`: finished batches while there are rows to come, then train, validation, and what was not taken."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sayso.errors import DataError
from sayso.examples import normal_form, read_examples
from sayso.examples.journal import append_entry, read_entries
from sayso.examples.rows import read_rows, write_rows
from sayso.generate.llm.meter import Usage
from sayso.project import Project

TRAIN, VALIDATION, PROGRESS, REJECTED = "train.jsonl", "train_val.jsonl", "train_progress.jsonl", "rejected.jsonl"
ONE_IN = 10
"""Of so many texts, one is for validation."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """A finished batch: its rows, what was rejected of it, and what it took."""

    number: int
    rows: list[Row]
    rejected: list[Row]
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True)
class Begun:
    """Work under way: whether it replaces the files that are there, the first number of its batches, and those that are finished."""

    over: bool
    first: int
    batches: list[Batch]


class Files:
    """The four files of a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folder = project.folder / "data"
        self.train, self.validation = self.folder / TRAIN, self.folder / VALIDATION
        self.progress, self.rejected = self.folder / PROGRESS, self.folder / REJECTED

    def begin(self, begun: Begun) -> None:
        """Begin work; what was under way is forgotten."""
        self.progress.unlink(missing_ok=True)
        append_entry(self.progress, {"over": begun.over, "first": begun.first})

    def begun(self) -> Begun | None:
        """The work that is under way."""
        found: Begun | None = None
        for line, entry in read_entries(self.progress):
            try:
                if found is None:
                    found = Begun(bool(entry["over"]), int(entry["first"]), [])
                else:
                    found.batches.append(Batch(**(entry | {"usage": Usage(**entry["usage"])})))
            except (KeyError, TypeError, ValueError):
                raise DataError("this line is none that generation wrote; --force starts over", self.progress, line) from None
        return found

    def add(self, batch: Batch) -> None:
        """Put a finished batch on disk."""
        append_entry(self.progress, asdict(batch) | {"usage": batch.usage.to_dict()})

    def rows(self, key: str) -> list[Row]:
        """The rows that are there from before, with their text under `key`."""
        return [row.values for path in (self.train, self.validation) if path.exists() for row in _rows_with(path, key)]

    def other_texts(self) -> Iterator[str]:
        """The texts of the project's other files of examples: none of them is to be made again."""
        for source in self.project.data:
            path = self.project.folder / source.examples if source.examples else None
            if path and path.exists() and path.resolve() not in (self.train.resolve(), self.validation.resolve()):
                yield from (example.text for example in read_examples(path, self.project.heads))

    def write(self, rows: Iterable[Row], rejected: Iterable[Row], key: str) -> dict[str, int]:
        """Write all rows where their texts belong; says how many are in which file."""
        parts: dict[Path, list[Row]] = {self.train: [], self.validation: []}
        for row in rows:
            parts[self.validation if is_for_validation(row[key]) else self.train].append(row)
        write_rows(self.rejected, rejected)
        return {self.named(path): write_rows(path, part) for path, part in parts.items()}

    def counts(self, key: str) -> dict[str, int]:
        """How many rows are in which file, as they are."""
        return {self.named(path): sum(1 for _ in _rows_with(path, key)) for path in (self.train, self.validation) if path.exists()}

    def finish(self) -> None:
        """Nothing is under way any more."""
        self.progress.unlink(missing_ok=True)

    def named(self, path: Path) -> str:
        """A file as sayso.yaml names it."""
        return path.relative_to(self.project.folder).as_posix()

    def lines_to_add(self) -> list[str]:
        """What is to be added under `data:` in sayso.yaml, so that the files are read."""
        named = {(self.project.folder / source.examples).resolve() for source in self.project.data if source.examples}
        wanted = {self.train: "train", self.validation: "val"}
        return [
            f"- {{examples: {self.named(path)}, split: {split}}}"
            for path, split in wanted.items()
            if path.exists() and path.stat().st_size and path.resolve() not in named
        ]


def rows_begun(project: Project) -> int:
    """How many rows are on disk of work that is under way."""
    begun = Files(project).begun()
    return sum(len(batch.rows) for batch in begun.batches) if begun else 0


def is_for_validation(text: str) -> bool:
    """Whether the text is one of the tenth that is for validation: by its own words, so that it always is."""
    digest = hashlib.sha256(normal_form(text).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % ONE_IN == 0


def _rows_with(path: Path, key: str) -> Iterator[Any]:
    for row in read_rows(path):
        if not isinstance(row.values.get(key), str):
            told = f"this row has no `{key}`: {json.dumps(row.values, default=str)[:80]}"
            raise DataError(f"{told}; --force writes the file anew, from a language model alone", path, row.line)
        yield row
