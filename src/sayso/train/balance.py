"""Labels that are rare in the training rows, made to count as much as the others: by weight, or by being seen more often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sayso.examples import Example

MOST = 10
"""How much more a row may weigh, or how often it may be seen in an epoch: a handful of rows cannot stand for a whole label."""


def balanced(examples: Sequence[Example], head: str | None, how: str) -> list[Example]:
    """The rows with weights, or repeated, so that every label of the main head counts alike; as they are for `none`."""
    counts = Counter(str(row.labels[head]) for row in examples if head in row.labels)
    if how == "none" or not counts:
        return list(examples)
    if how == "weights":
        average = sum(counts.values()) / len(counts)
        factor = {label: min(MOST, average / count) for label, count in counts.items()}
        return [replace(row, weight=row.weight * factor.get(str(row.labels.get(head or "")), 1.0)) for row in examples]
    return _repeated(examples, head or "", counts)


def _repeated(examples: Sequence[Example], head: str, counts: Counter[str]) -> list[Example]:
    """Every row, and the rows of rarer labels again from the first, until each label has as many as the largest."""
    largest = max(counts.values())
    by_label: dict[str, list[Example]] = {}
    for row in examples:
        by_label.setdefault(str(row.labels.get(head)), []).append(row)
    found = list(examples)
    for label, rows in by_label.items():
        missing = min(largest, MOST * len(rows)) - len(rows) if label in counts else 0
        found += [rows[index % len(rows)] for index in range(missing)]
    return found
