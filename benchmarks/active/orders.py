"""Which texts are labelled next: by the queue's order, by chance, or by what others do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sets import Ints, Traffic

from sayso.labeling.order import Candidate, best_first

Scores = NDArray[np.float64]
Order = Callable[[Traffic, Sequence[str], Ints, Scores, Sequence[int], int, np.random.Generator], Ints]
"""Traffic, labels' names, places not yet labelled, scores of all texts, places labelled, how many are wanted, chance -> places."""


def queue(
    traffic: Traffic, labels: Sequence[str], left: Ints, scores: Scores, done: Sequence[int], count: int, dice: np.random.Generator
) -> Ints:
    """As sayso does."""
    candidates = [
        Candidate(traffic.rows.texts[place], dict(zip(labels, row, strict=True)), int(traffic.seen[place]))
        for place, row in zip(left, scores[left].tolist(), strict=True)
    ]
    return left[best_first(candidates, [traffic.rows.texts[place] for place in done])[:count]]


def by_chance(
    traffic: Traffic, labels: Sequence[str], left: Ints, scores: Scores, done: Sequence[int], count: int, dice: np.random.Generator
) -> Ints:
    """As the texts come; what is sent often comes sooner."""
    return dice.choice(left, size=count, replace=False, p=traffic.seen[left] / traffic.seen[left].sum())


def least_confidence(
    traffic: Traffic, labels: Sequence[str], left: Ints, scores: Scores, done: Sequence[int], count: int, dice: np.random.Generator
) -> Ints:
    """Where the most likely label is least likely."""
    return left[np.argsort(scores[left].max(axis=1), kind="stable")[:count]]


def margin(
    traffic: Traffic, labels: Sequence[str], left: Ints, scores: Scores, done: Sequence[int], count: int, dice: np.random.Generator
) -> Ints:
    """Where the two most likely labels differ least."""
    two = np.partition(scores[left], -2, axis=1)[:, -2:]
    return left[np.argsort(two[:, 1] - two[:, 0], kind="stable")[:count]]


ORDERS: dict[str, Order] = {"queue": queue, "random": by_chance, "least confidence": least_confidence, "margin": margin}
