"""Production logs -> examples: what succeeded and nobody complained about, one row a text, by majority where logs disagree.

A log row has `raw_input` and `intent`, and may have `execution_success`, `user_feedback`, `user_id`, `previous_intent` and `timestamp`.
A row's group is its user, so that nobody's way of writing is in two splits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sayso.errors import DataError
from sayso.examples import Example, near_duplicates
from sayso.examples.duplicates import normal_form
from sayso.examples.example import RowReader
from sayso.examples.rows import read_rows
from sayso.project import Head

TEXT, LABEL, USER = "raw_input", "intent", "user_id"
KEPT_AS_CONTEXT = ("previous_intent", "timestamp", "user_feedback")
FAILED = {False, "false", "no", "0"}
NEGATIVE = {False, "negative", "bad", "down", "thumbs_down", "thumbs-down", "dislike", "wrong", "no", "👎"}


@dataclass
class Cleaned:
    """How many rows a log had, and what became of them."""

    read: int = 0
    failed: int = 0
    disliked: int = 0
    repeated: int = 0
    outvoted: int = 0
    tied: int = 0
    nearly_repeated: int = 0
    kept: int = 0

    def to_dict(self) -> dict[str, int]:
        """The same as a plain dict."""
        return asdict(self)


def read_logs(path: Path, heads: Mapping[str, Head], similarity: float) -> tuple[list[Example], Cleaned]:
    """The examples that a log holds, in the order in which their texts first came, and what was left out."""
    counts = Cleaned()
    by_text: dict[str, list[Example]] = defaultdict(list)
    for example in _accepted(path, heads, counts):
        by_text[normal_form(example.text)].append(example)
    agreed = [winner for rows in by_text.values() if (winner := _majority(rows, counts))]
    near = {max(i, j) for i, j, _ in near_duplicates([row.text for row in agreed], None, similarity)}
    counts.nearly_repeated = len(near)
    kept = [example for index, example in enumerate(agreed) if index not in near]
    counts.kept = len(kept)
    return kept, counts


def is_negative(feedback: Any) -> bool:
    """Whether a user complained: a word or sign that says so, or a number below 0."""
    if isinstance(feedback, str):
        return feedback.strip().casefold() in NEGATIVE
    return feedback is False or (isinstance(feedback, int | float) and not isinstance(feedback, bool) and feedback < 0)


def _accepted(path: Path, heads: Mapping[str, Head], counts: Cleaned) -> list[Example]:
    main = next((name for name, head in heads.items() if head.type == "choice"), None)
    if main is None:
        raise DataError("logs tell one intent a text, and this project has no choice head for it", path)
    reader, found = RowReader(dict(heads)), []
    for row in read_rows(path):
        counts.read += 1
        values = row.values
        if _failed(values.get("execution_success", True)):
            counts.failed += 1
        elif is_negative(values.get("user_feedback")):
            counts.disliked += 1
        else:
            context = {name: values[name] for name in KEPT_AS_CONTEXT if values.get(name) not in (None, "")}
            ours = {"text": values.get(TEXT), main: values.get(LABEL), "group": values.get(USER), "source": path.name, "context": context}
            found.append(reader.example(ours, path, row.line))
    return found


def _failed(success: Any) -> bool:
    return (success.strip().casefold() if isinstance(success, str) else success) in FAILED


def _majority(rows: list[Example], counts: Cleaned) -> Example | None:
    """The first row with the label that most rows of this text have, with how many had it; None where as many say otherwise."""
    head = next(iter(rows[0].labels))
    votes = Counter(str(row.labels[head]) for row in rows)
    (label, most), *others = votes.most_common(2)
    if others and others[0][1] == most:
        counts.tied += len(rows)
        return None
    counts.outvoted += len(rows) - most
    counts.repeated += most - 1
    winner = next(row for row in rows if row.labels[head] == label)
    winner.context = {**(winner.context or {}), "count": most, "otherwise": len(rows) - most}
    return winner
