"""Two counts of the same bins -> how far apart they are: the population stability index, and how much of it chance explains."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sayso.server.monitoring.traffic import TENTHS

SMOOTHING = 0.5
"""Added to each bin, so that one that is empty on one side has no infinite weight."""
DEVIATIONS = 3.09
"""Chance goes further than that once in a thousand times."""


def psi(baseline: Mapping[Any, int], found: Mapping[Any, int]) -> float:
    """The sum of (q - p) · ln(q / p) over the bins of both, p and q being their shares of all."""
    before, now = _shares(baseline, _bins(baseline, found)), _shares(found, _bins(baseline, found))
    return sum((q - p) * math.log(q / p) for p, q in zip(before, now, strict=True))


def by_chance(baseline: Mapping[Any, int], found: Mapping[Any, int]) -> float:
    """What the index of two samples of one and the same population exceeds only once in a thousand times.

    It is distributed as chi-square with one degree of freedom less than there are bins, times the sum of 1/n of both samples;
    the quantile is Wilson and Hilferty's.
    """
    degrees = max(1, len(_bins(baseline, found)) - 1)
    quantile = degrees * (1 - 2 / (9 * degrees) + DEVIATIONS * math.sqrt(2 / (9 * degrees))) ** 3
    return float(quantile * (1 / max(1, sum(baseline.values())) + 1 / max(1, sum(found.values()))))


def tenths_of(histogram: Mapping[str, Any]) -> dict[int, int]:
    """A histogram of confidences with whatever bins, as `report.json` has it, by tenths; empty if it is none."""
    edges, counts = histogram.get("edges", []), histogram.get("counts", [])
    found = dict.fromkeys(range(TENTHS), 0) if counts else {}
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        found[min(TENTHS - 1, int(TENTHS * (low + high) / 2))] += int(count)
    return found


def _bins(baseline: Mapping[Any, int], found: Mapping[Any, int]) -> list[Any]:
    return list(dict.fromkeys([*baseline, *found]))


def _shares(counts: Mapping[Any, int], bins: list[Any]) -> list[float]:
    total = sum(counts.values()) + SMOOTHING * len(bins)
    return [(counts.get(one, 0) + SMOOTHING) / total for one in bins]
