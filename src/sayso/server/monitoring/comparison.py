"""The table Shadow -> Comparison: how a candidate's answers compare with those that a version of the model gave to the same texts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from sayso.quality.verify import wilson
from sayso.server.store.tables import LONGEST_NAME, Shadow

MOST_DIFFERENCES = 10


@dataclass(frozen=True)
class Pair:
    """A figure of both: of the model that answered, and of the candidate."""

    production: float
    candidate: float


@dataclass(frozen=True)
class Difference:
    """Two labels, how often one was said where the candidate says the other, and which share of all answers that is."""

    production: str
    candidate: str
    answers: int
    share: float


@dataclass(frozen=True)
class Comparison:
    """What was seen of both since the hour `since`; nothing but the number 0 if nothing was compared yet.

    `agreement` is the share of texts with the same label and `low`, `high` its 95 % interval; None for models without labels.
    `milliseconds` are those for which a text keeps a processor busy: the candidate waits by design, and that is not its fault.
    """

    answers: int = 0
    since: datetime.datetime | None = None
    agreement: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: Pair | None = None
    milliseconds: Pair | None = None
    differences: tuple[Difference, ...] = ()


def compare(transaction: Transaction, version: str, candidate: str) -> Comparison:
    """All that is known of the two, each by its `Serving.model_id`."""
    sums = [func.sum(column) for column in (Shadow.confidence, Shadow.candidate_confidence, Shadow.seconds, Shadow.candidate_seconds)]
    query = (
        select(Shadow.label, Shadow.candidate_label, func.sum(Shadow.answers), func.min(Shadow.hour), *sums)
        .where(Shadow.version == version[:LONGEST_NAME], Shadow.candidate == candidate[:LONGEST_NAME])
        .group_by(Shadow.label, Shadow.candidate_label)
    )
    rows: Sequence[Any] = transaction.execute(query).all()
    counts = {(row[0], row[1]): int(row[2]) for row in rows}
    answers = sum(counts.values())
    if not answers:
        return Comparison()
    means = [sum(row[place] for row in rows) / answers for place in range(4, 8)]
    labelled = answers - counts.get(("", ""), 0)
    agreed = sum(count for (said, other), count in counts.items() if said == other != "")
    low, high = wilson(agreed, labelled)
    return Comparison(
        answers=answers,
        since=min(row[3] for row in rows),
        agreement=agreed / labelled if labelled else None,
        low=low if labelled else None,
        high=high if labelled else None,
        confidence=Pair(means[0], means[1]),
        milliseconds=Pair(1000 * means[2], 1000 * means[3]),
        differences=_differences(counts, answers),
    )


def _differences(counts: dict[tuple[str, str], int], answers: int) -> tuple[Difference, ...]:
    """The pairs of labels that come most often."""
    found = [Difference(said, other, count, count / answers) for (said, other), count in counts.items() if said != other]
    return tuple(sorted(found, key=lambda one: (-one.answers, one.production, one.candidate))[:MOST_DIFFERENCES])
