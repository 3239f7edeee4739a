"""The rows that every version is judged on -> Frozen: the same file each time, known by its digest, which nothing is ever trained on."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.artifacts import digest_of_file, read_json, write_json
from sayso.errors import DataError
from sayso.examples import Example, group_of, near_duplicates, read_examples, write_examples
from sayso.project import Project

FOLDER, FILE, RECORD = "frozen", "test.jsonl", "digests.json"
FEW = 20
"""With fewer rows of a label, its figures say little."""


@dataclass(frozen=True)
class Frozen:
    """A frozen test set: its file, what the record calls it, its rows, the sha256 it has had since it was frozen, whether that was now."""

    path: Path
    name: str
    rows: list[Example]
    sha256: str
    is_new: bool

    def holds(self, rows: Sequence[Example], similarity: float) -> set[int]:
        """Which of these rows are in the test set, nearly in it, or made from what one of its rows was made from."""
        groups = {row.group for row in self.rows if row.group}
        same = {i for i, _, _ in near_duplicates([row.text for row in rows], [row.text for row in self.rows], similarity)}
        return same | {i for i, row in enumerate(rows) if row.group in groups}

    def warnings(self, head: str) -> list[str]:
        """What its figures cannot say, for want of rows."""
        counts = Counter(str(row.labels.get(head)) for row in self.rows if head in row.labels)
        few = [f"{label} ({count})" for label, count in counts.items() if count < FEW]
        return [f"the frozen test set has fewer than {FEW} rows of {', '.join(few)}, so that figures on them say little"] if few else []

    @property
    def groups(self) -> list[str]:
        """What each row was made from; rows of one group are alike, and no proof of their own."""
        return [group_of(row) for row in self.rows]


def open_frozen(project: Project, given: Path | None, own: Sequence[Example], head: str, *, refreeze: bool = False) -> Frozen:
    """The test set in the file `given`, or the project's `own` test rows as they were when they were frozen.

    It is frozen when it is first used; from then on a file that has changed is refused, until it is frozen again.
    """
    default = project.folder / FOLDER / FILE
    path = given or default
    name, record = _name_of(path, project.folder), project.folder / FOLDER / RECORD
    known: dict[str, Any] = read_json(record) if record.is_file() else {}
    before = None if refreeze else known.get(name)
    if before and not path.is_file():
        raise DataError("the frozen test set is gone; restore it, or freeze another one with --refreeze", path)
    if not path.is_file() and path == default:
        _freeze(project, path, own)
    sha256 = digest_of_file(path) if path.is_file() else ""
    if before and before["sha256"] != sha256:
        raise DataError(
            f"this test set was changed since it was frozen ({before['at']}), so that figures on it could not be compared any more; "
            "restore it, or take it as it is now with --refreeze",
            path,
        )
    rows = list(read_examples(path, project.heads))
    _require_every_label(project, rows, head, path)
    if not before:
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        write_json(record, known | {name: {"sha256": sha256, "rows": len(rows), "at": now}})
    return Frozen(path, name, rows, sha256, not before)


def _freeze(project: Project, path: Path, own: Sequence[Example]) -> None:
    if not own:
        raise DataError(
            "there is nothing to judge a new version on; name a file of rows that people labelled and that are never trained on, "
            "with --test FILE or `retrain: {test: FILE}` in sayso.yaml",
            project.folder,
        )
    write_examples(path, own)


def _name_of(path: Path, folder: Path) -> str:
    path, folder = path.resolve(), folder.resolve()
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _require_every_label(project: Project, rows: Sequence[Example], head: str, path: Path) -> None:
    seen = {str(row.labels[head]) for row in rows if head in row.labels}
    missing = [label for label in project.heads[head].labels if label not in seen]
    if missing:
        raise DataError(f"no row of this test set has the label {missing[0]!r}, so nothing could be proven of it; add some", path)
