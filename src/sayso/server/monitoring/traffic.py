"""The tables Traffic and Latency -> what pages, drift and people want to know of them.

Each reads within a transaction (`with server.database.reading() as transaction`), over a `Window`:

    texts_over_time(transaction, window, step)      how many texts were answered in each minute, hour or day
    labels_over_time(transaction, window, step)     the same for each label
    label_counts(transaction, window)               {label: answers}, the most frequent first
    action_counts(transaction, window)              {action: answers}
    confidence_histogram(transaction, window)       ten numbers: the answers whose confidence lies in each tenth
    totals(transaction, window)                     all answers, and those out of scope
    latency_quantiles(transaction, window)          {0.5: ms, 0.95: ms, 0.99: ms} of the requests that were answered
    versions_seen(transaction, window)              the versions that answered, the last one first

All but the last two take `version=`, a `Serving.model_id`, to tell of that one alone. The label of a model that has none is "".
Minutes older than two days are kept by the hour, and those older than `traffic_days` not at all.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal, Self

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session as Transaction

from sayso.server.store.tables import Latency, Traffic

Step = Literal["minute", "hour", "day"]
STEPS: dict[Step, datetime.timedelta] = {
    "minute": datetime.timedelta(minutes=1),
    "hour": datetime.timedelta(hours=1),
    "day": datetime.timedelta(days=1),
}
TENTHS = 10
QUANTILES = (0.5, 0.95, 0.99)
AT_MOST_MS = tuple(unit * 10**power for power in range(5) for unit in (1, 2, 3, 5, 7))
"""The buckets of the table Latency; what took longer is in the last one."""


@dataclass(frozen=True)
class Window:
    """A span of time; its end is not in it."""

    since: datetime.datetime
    until: datetime.datetime

    @classmethod
    def last(cls, **span: float) -> Self:
        """The last so many `minutes`, `hours` or `days`, up to the end of the minute that runs."""
        until = start_of(datetime.datetime.now(datetime.UTC), "minute") + STEPS["minute"]
        return cls(until - datetime.timedelta(**span), until)

    def steps(self, step: Step) -> list[datetime.datetime]:
        """When each minute, hour or day (of UTC) begins of which a part is in the window."""
        first, width = start_of(self.since, step), STEPS[step]
        return [first + number * width for number in range(-((first - self.until) // width))]


@dataclass(frozen=True)
class Totals:
    """All answers of a window, and how many of them were to texts out of scope."""

    answers: int
    out_of_scope: int


def texts_over_time(
    transaction: Transaction, window: Window, step: Step = "hour", version: str | None = None
) -> dict[datetime.datetime, int]:
    """How many texts were answered in each step, 0 where there were none."""
    rows = _sums(transaction, window, version, Traffic.minute)
    return dict(zip(window.steps(step), _by_step(rows, window, step), strict=True))


def labels_over_time(transaction: Transaction, window: Window, step: Step = "hour", version: str | None = None) -> dict[str, list[int]]:
    """How often each label was answered in each of `window.steps(step)`, the most frequent label first."""
    rows = _sums(transaction, window, version, Traffic.label, Traffic.minute)
    by_label: dict[str, list[Any]] = {}
    for label, minute, answers in rows:
        by_label.setdefault(label, []).append((minute, answers))
    found = {label: _by_step(own, window, step) for label, own in by_label.items()}
    return dict(sorted(found.items(), key=lambda item: (-sum(item[1]), item[0])))


def label_counts(transaction: Transaction, window: Window, version: str | None = None) -> dict[str, int]:
    """How often each label was answered, the most frequent first."""
    return _most_frequent_first(_sums(transaction, window, version, Traffic.label))


def action_counts(transaction: Transaction, window: Window, version: str | None = None) -> dict[str, int]:
    """How often each action was answered, the most frequent first."""
    return _most_frequent_first(_sums(transaction, window, version, Traffic.action))


def confidence_histogram(transaction: Transaction, window: Window, version: str | None = None) -> list[int]:
    """How many answers have a confidence in [0, 0.1), [0.1, 0.2) … [0.9, 1]."""
    counts = dict(_sums(transaction, window, version, Traffic.tenth))
    return [counts.get(tenth, 0) for tenth in range(TENTHS)]


def totals(transaction: Transaction, window: Window, version: str | None = None) -> Totals:
    """All answers, and those out of scope."""
    query = select(func.sum(Traffic.answers), func.sum(Traffic.out_of_scope)).where(*_within(window, version))
    answers, out_of_scope = transaction.execute(query).one()
    return Totals(int(answers or 0), int(out_of_scope or 0))


def latency_quantiles(transaction: Transaction, window: Window, quantiles: Sequence[float] = QUANTILES) -> dict[float, float]:
    """So many milliseconds, that share of the answered requests took at most; empty if there were none."""
    query = (
        select(Latency.at_most_ms, func.sum(Latency.requests))
        .where(Latency.minute >= window.since, Latency.minute < window.until)
        .group_by(Latency.at_most_ms)
        .order_by(Latency.at_most_ms)
    )
    buckets = [(at_most, int(requests)) for at_most, requests in transaction.execute(query)]
    return {quantile: _quantile(buckets, quantile) for quantile in quantiles} if buckets else {}


def versions_seen(transaction: Transaction, window: Window) -> list[str]:
    """The versions that answered, the one that did last first."""
    last = func.max(Traffic.minute)
    query = select(Traffic.version).where(*_within(window, None)).group_by(Traffic.version).order_by(last.desc(), Traffic.version)
    return list(transaction.scalars(query))


def start_of(moment: datetime.datetime, step: Step) -> datetime.datetime:
    """When the minute, hour or day (of UTC) began that the moment is in."""
    whole = moment.astimezone(datetime.UTC).replace(second=0, microsecond=0)
    return whole if step == "minute" else whole.replace(minute=0) if step == "hour" else whole.replace(minute=0, hour=0)


def _sums(transaction: Transaction, window: Window, version: str | None, *by: Any) -> list[Any]:
    """Rows of the columns and how many answers there are of each combination of them."""
    query = select(*by, func.sum(Traffic.answers)).where(*_within(window, version)).group_by(*by)
    return [(*row[:-1], int(row[-1])) for row in transaction.execute(query)]


def _within(window: Window, version: str | None) -> list[ColumnElement[bool]]:
    limits = [Traffic.minute >= window.since, Traffic.minute < window.until]
    return limits if version is None else [*limits, Traffic.version == version]


def _by_step(rows: Sequence[tuple[datetime.datetime, int]], window: Window, step: Step) -> list[int]:
    counts = dict.fromkeys(window.steps(step), 0)
    for minute, answers in rows:
        counts[start_of(minute, step)] += answers
    return list(counts.values())


def _most_frequent_first(rows: Sequence[tuple[str, int]]) -> dict[str, int]:
    return dict(sorted(rows, key=lambda row: (-row[1], row[0])))


def _quantile(buckets: Sequence[tuple[int, int]], quantile: float) -> float:
    """Where in its bucket the request lies of which that share is not slower, as if those of a bucket were spread evenly."""
    wanted = quantile * sum(requests for _, requests in buckets)
    reached = list(accumulate(requests for _, requests in buckets))
    place = next((index for index, sofar in enumerate(reached) if sofar >= wanted), len(buckets) - 1)
    at_most, requests = buckets[place]
    below = max((edge for edge in AT_MOST_MS if edge < at_most), default=0)
    return round(below + (at_most - below) * (wanted - (reached[place] - requests)) / requests, 2)
