"""What a person said of the texts of a file, word for word: a journal in which nothing that was acknowledged is ever lost."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from sayso.errors import DataError, nearest
from sayso.examples.journal import append_entry, read_entries
from sayso.labeling.labels import LabelSets, UnknownLabel

Verdict = Literal["label", "note", "skip", "undo"]


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Decision:
    """One word on one text. `undo` takes back the last label that it was given for this head, or, without a head, the last skip."""

    row: str
    verdict: Verdict
    head: str | None = None
    value: Any = None
    notes: str = ""
    text: str = ""
    by: str = ""
    at: str = field(default_factory=_now)


def append_decision(path: Path, decision: Decision) -> None:
    """Add a decision; when this returns it is on disk."""
    append_entry(path, {key: value for key, value in asdict(decision).items() if value is not None and value != ""})


def read_decisions(path: Path, sets: LabelSets) -> list[Decision]:
    """Every decision, oldest first; a DataError names file, line and the nearest label of one that the project does not know."""
    return [_decision(entry, sets, path, number) for number, entry in read_entries(path)]


def _decision(entry: Any, sets: LabelSets, path: Path, line: int) -> Decision:
    try:
        decision = Decision(**entry)
    except TypeError as error:
        raise DataError(f"this is not a decision: {error}", path, line) from None
    if decision.verdict not in get_args(Verdict):
        raise DataError(f"there is no verdict {decision.verdict!r}{nearest(str(decision.verdict), get_args(Verdict))}", path, line)
    if decision.verdict == "label":
        try:
            return replace(decision, value=sets.answer({str(decision.head): decision.value})[str(decision.head)])
        except UnknownLabel as error:
            raise UnknownLabel(str(error), path, line) from None
    return decision
