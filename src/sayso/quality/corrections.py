"""What a person decided about examples: a file that only grows, in which nothing that was acknowledged is ever lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from sayso.artifacts import digest_of
from sayso.errors import DataError, nearest
from sayso.examples import Example
from sayso.examples.journal import append_entry, read_entries
from sayso.project import Head

Verdict = Literal["accept", "relabel", "drop", "undo"]


@dataclass(frozen=True)
class Decision:
    """One verdict on one row. `undo` takes back what was decided about it before."""

    row: str
    verdict: Verdict
    label: str | None = None
    text: str = ""


def key_of(example: Example) -> str:
    """What a decision knows a row by: its text and labels, so that it holds when the data is generated again."""
    labels = {name: list(value) if isinstance(value, tuple) else value for name, value in example.labels.items()}
    return digest_of([example.text, labels])[:24]


def read_decisions(path: Path, heads: Mapping[str, Head] | None = None) -> dict[str, Decision]:
    """The last decision on every row. A last line that was cut off by a kill was never acknowledged and is passed over."""
    decisions: dict[str, Decision] = {}
    for number, entry in read_entries(path):
        try:
            decision = _decision(entry)
        except (ValueError, TypeError) as error:
            raise DataError(f"this is not a decision: {error}", path, number) from None
        if decision.verdict == "undo":
            decisions.pop(decision.row, None)
            continue
        _refuse_unknown_label(decision, heads, path, number)
        decisions[decision.row] = decision
    return decisions


def append_decision(path: Path, decision: Decision) -> None:
    """Add a decision; when this returns it is on disk."""
    append_entry(path, {key: value for key, value in asdict(decision).items() if value})


def _decision(value: Any) -> Decision:
    decision = Decision(**value)
    if decision.verdict not in get_args(Verdict):
        raise ValueError(f"there is no verdict {decision.verdict!r}{nearest(str(decision.verdict), get_args(Verdict))}")
    if decision.verdict == "relabel" and not decision.label:
        raise ValueError("a relabel names a label")
    return decision


def _refuse_unknown_label(decision: Decision, heads: Mapping[str, Head] | None, path: Path, line: int) -> None:
    main = next((head for head in (heads or {}).values() if head.type == "choice"), None)
    if main is not None and decision.verdict == "relabel" and decision.label not in main.labels:
        raise DataError(f"{decision.label!r} is not a label{nearest(str(decision.label), main.labels)}", path, line)
