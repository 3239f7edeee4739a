"""Two models' answers to the same rows -> Comparison: how far they differ, and how much of that may be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RESAMPLES, AT_ONCE = 10_000, 500
SEED = 1
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class Difference:
    """A figure of the model before and of the one after, and in which interval 95 % of the resampled differences lie."""

    before: float
    after: float
    low: float
    high: float

    @property
    def value(self) -> float:
        """How much more the figure is; less than 0 is worse."""
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """The deployed model and the new one on the same rows; `fixed` were wrong and are right now, `broken` the other way round."""

    against: str
    rows: int
    fixed: int
    broken: int
    accuracy: Difference
    macro_f1: Difference

    def gates(self) -> list[dict[str, Any]]:
        """Not worse than the deployed model beyond noise: each interval must reach up to 0."""
        told = {"accuracy": self.accuracy, "macro-F1": self.macro_f1}
        return [
            {"gate": f"{name} not below that of {self.against} beyond noise", "value": one.value, "held": one.high >= 0}
            for name, one in told.items()
        ]

    def to_dict(self) -> dict[str, Any]:
        """What is told and recorded of it."""
        told = {"accuracy": self.accuracy, "macro_f1": self.macro_f1}
        figures = {name: asdict(one) | {"difference": one.value} for name, one in told.items()}
        counts = {"rows": self.rows, "fixed": self.fixed, "broken": self.broken}
        return {"model": self.against, **counts, **figures, "resamples": RESAMPLES, "seed": SEED}


def compare(truth: Sequence[str], before: Sequence[str], after: Sequence[str], groups: Sequence[str], against: str) -> Comparison:
    """The paired bootstrap: the same rows are drawn for both models, each time.

    Groups are drawn, not rows: rows that were made from the same template are right or wrong together, and many of them are no more
    proof than a few. Where no row has a group, each row is its own.
    """
    labels = sorted({*truth, *before, *after})
    told = np.array([labels.index(label) for label in truth])
    guesses = [np.array([labels.index(label) for label in guess]) for guess in (before, after)]
    place = _places(groups)
    seen = np.unique(told)
    tables = [_Table(told, guess, place, seen) for guess in guesses]
    ones = np.ones((1, place.max() + 1))
    (plain_before,), (plain_after,) = (table.figures(ones) for table in tables)
    drawn = _resampled(tables, int(place.max()) + 1)
    low, high = np.quantile(drawn, INTERVAL, axis=0)
    accuracy, macro_f1 = (Difference(float(plain_before[at]), float(plain_after[at]), float(low[at]), float(high[at])) for at in range(2))
    right = [guess == told for guess in guesses]
    fixed, broken = int((~right[0] & right[1]).sum()), int((right[0] & ~right[1]).sum())
    return Comparison(against, len(told), fixed, broken, accuracy, macro_f1)


class _Table:
    """What a model got right and wrong, by group and label, so that a resample is a sum."""

    def __init__(self, truth: NDArray[np.int64], guess: NDArray[np.int64], place: NDArray[np.int64], seen: NDArray[np.int64]) -> None:
        is_label, said_label = truth[:, None] == seen, guess[:, None] == seen
        self.right, self.there, self.said = (_by_group(each, place) for each in (is_label & said_label, is_label, said_label))

    def figures(self, times: Floats) -> Floats:
        """Accuracy and macro-F1 of each resample, a row of `times` that says how often each group was drawn."""
        right, there, said = times @ self.right, times @ self.there, times @ self.said
        accuracy = right.sum(-1) / there.sum(-1)
        known = there > 0
        f1 = np.divide(2 * right, there + said, out=np.zeros_like(right), where=known)
        return np.stack([accuracy, f1.sum(-1) / known.sum(-1)], axis=-1)


def _resampled(tables: Sequence[_Table], groups: int) -> Floats:
    """The difference of both figures, once a resample."""
    random = np.random.default_rng(SEED)
    drawn = []
    for _ in range(RESAMPLES // AT_ONCE):
        times = random.multinomial(groups, np.full(groups, 1 / groups), size=AT_ONCE).astype(np.float64)
        drawn.append(tables[1].figures(times) - tables[0].figures(times))
    return np.concatenate(drawn)


def _by_group(rows: NDArray[np.bool_], place: NDArray[np.int64]) -> Floats:
    summed = np.zeros((place.max() + 1, rows.shape[1]))
    np.add.at(summed, place, rows)
    return summed


def _places(groups: Sequence[str]) -> NDArray[np.int64]:
    """Each row's group as a number; a single group proves nothing of others, so then each row stands for itself."""
    _, place = np.unique(np.array(groups), return_inverse=True)
    return place if place.max() else np.arange(len(groups))
