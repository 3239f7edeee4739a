"""Answers and requests -> sums in the tables Traffic and Latency, every few seconds, whatever the database does meanwhile.

Several processes add to the same rows. While the database is away, what was counted is kept; if that becomes too much,
the oldest of it is lost, and said to be.
"""

from __future__ import annotations

import datetime
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as Transaction

from sayso.errors import SaysoError
from sayso.server.answering.queue import Answer
from sayso.server.monitoring.handled import Handled
from sayso.server.monitoring.traffic import AT_MOST_MS, STEPS, TENTHS, start_of
from sayso.server.store.database import INSERT, Database
from sayso.server.store.tables import LONGEST_NAME, Latency, Table, Traffic

MOST_ROWS = 50_000
"""So many sums are kept for a database that is away: about a day's worth of a busy server, in 20 MB."""
MINUTES_KEPT = datetime.timedelta(days=2)
TIMED_PATH = "/v1/classify"
SUMS: dict[type[Traffic] | type[Latency], tuple[str, ...]] = {Traffic: ("answers", "out_of_scope"), Latency: ("requests",)}
log = structlog.get_logger("sayso.server")


class TrafficCounter:
    """Counts in memory, which takes microseconds; somebody calls `write` from time to time, and once more at the end."""

    def __init__(self, database: Database, days: int) -> None:
        self._database = database
        self._kept = datetime.timedelta(days=days)
        self._counts = _Counts()
        self._changing = threading.Lock()
        self._away = False
        self.lost = 0

    def observe(self, answer: Answer, request_id: str) -> None:
        """Count the answers to one request."""
        minute, version = _minute(), answer.serving.model_id[:LONGEST_NAME]
        with self._changing:
            for one in answer.predictions:
                tenth = min(TENTHS - 1, int(one.confidence * TENTHS))
                key = _Kind(minute, version, (one.label or "")[:LONGEST_NAME], one.action, tenth)
                self._counts.answers[key] += 1
                self._counts.out_of_scope[key] += one.out_of_scope
            if len(self._counts) > 2 * MOST_ROWS:  # the database neither takes them nor says no
                self.lost += self._counts.shed(MOST_ROWS)

    def note(self, handled: Handled) -> None:
        """Count how long a request took, if it was answered; refusals are quick, and would hide the slow ones."""
        if handled.path == TIMED_PATH and handled.status == 200:
            bucket = min(bisect_left(AT_MOST_MS, 1000 * handled.seconds), len(AT_MOST_MS) - 1)
            with self._changing:
                self._counts.requests[_minute(), AT_MOST_MS[bucket]] += 1

    @property
    def waiting(self) -> int:
        """How many sums are not written yet."""
        return len(self._counts)

    def write(self) -> bool:
        """Add what was counted to the tables, all of it or nothing; whether that went well."""
        with self._changing:
            taken, self._counts = self._counts, _Counts()
        try:
            if taken:
                with self._database.writing() as transaction:
                    add_up(transaction, Traffic, SUMS[Traffic], taken.traffic_rows())
                    add_up(transaction, Latency, SUMS[Latency], taken.latency_rows())
        except (SaysoError, SQLAlchemyError) as error:
            self._keep(taken, str(error))
            return False
        if self._away:
            log.info("counts_written", rows=len(taken))
        self._away = False
        return True

    def tidy(self, now: datetime.datetime | None = None) -> None:
        """Sum old minutes up into hours, and forget what is older than it is kept."""
        now = now or datetime.datetime.now(datetime.UTC)
        try:
            for table in SUMS:
                with self._database.writing() as transaction:
                    transaction.execute(delete(table).where(table.minute < now - self._kept))
                for hour in self._hours_to_sum(table, now - MINUTES_KEPT):
                    with self._database.writing() as transaction:
                        _sum_up(transaction, table, hour)
        except (SaysoError, SQLAlchemyError) as error:
            log.warning("traffic_not_tidied", reason=str(error))

    def _keep(self, taken: _Counts, reason: str) -> None:
        """Put back what could not be written, under what has come since."""
        with self._changing:
            taken.add(self._counts)
            self._counts = taken
            lost = taken.shed(MOST_ROWS)
        self.lost += lost
        if lost or not self._away:
            log.error("counts_not_written", reason=reason, waiting=len(taken), answers_lost=lost)
        self._away = True

    def _hours_to_sum(self, table: type[Traffic] | type[Latency], until: datetime.datetime) -> list[datetime.datetime]:
        with self._database.reading() as transaction:
            minutes = transaction.scalars(select(table.minute).where(table.minute < start_of(until, "hour")).distinct()).all()
        return sorted({start_of(minute, "hour") for minute in minutes if minute.minute})


def add_up(transaction: Transaction, table: type[Table], sums: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; where one is there already, add to its sums. The rows come in the order of their keys."""
    if not rows:
        return
    connection = transaction.connection()
    insert = INSERT[connection.dialect.name](table)
    keys = [column.name for column in table.__mapper__.primary_key]
    added = {name: getattr(table, name) + insert.excluded[name] for name in sums}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=added), rows)


class _Kind(NamedTuple):
    """Answers that are counted together."""

    minute: int
    version: str
    label: str
    action: str
    tenth: int


@dataclass
class _Counts:
    """What was counted and is not written yet."""

    answers: Counter[_Kind] = field(default_factory=Counter)
    out_of_scope: Counter[_Kind] = field(default_factory=Counter)
    requests: Counter[tuple[int, int]] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.answers) + len(self.requests)

    def add(self, other: _Counts) -> None:
        """Take over another's counts."""
        self.answers.update(other.answers)
        self.out_of_scope.update(other.out_of_scope)
        self.requests.update(other.requests)

    def shed(self, most: int) -> int:
        """Let go of the oldest sums until there are so many; how many answers were in them."""
        lost = 0
        for kind in sorted(self.answers)[: max(0, len(self.answers) - most)]:
            lost += self.answers.pop(kind)
            del self.out_of_scope[kind]
        for bucket in sorted(self.requests)[: max(0, len(self.requests) - most)]:
            del self.requests[bucket]
        return lost

    def traffic_rows(self) -> list[dict[str, Any]]:
        """In the order of their keys, as all processes have it, so that none waits for a row of one that waits for it."""
        return [
            {**kind._asdict(), "minute": _moment(kind.minute), "answers": answers, "out_of_scope": self.out_of_scope[kind]}
            for kind, answers in sorted(self.answers.items())
        ]

    def latency_rows(self) -> list[dict[str, Any]]:
        """In the order of their keys, too."""
        return [
            {"minute": _moment(minute), "at_most_ms": at_most, "requests": requests}
            for (minute, at_most), requests in sorted(self.requests.items())
        ]


def _sum_up(transaction: Transaction, table: type[Traffic] | type[Latency], hour: datetime.datetime) -> None:
    """One hour's minutes -> the hour. Of several processes that try, the one that could delete a row adds it."""
    within = (table.minute > hour, table.minute < hour + STEPS["hour"])
    gone = transaction.connection().execute(delete(table).where(*within).returning(*table.__mapper__.columns)).mappings()
    add_up(transaction, table, SUMS[table], list(_summed([{**row, "minute": hour} for row in gone], SUMS[table])))


def _summed(rows: Iterable[dict[str, Any]], sums: Sequence[str]) -> Iterable[dict[str, Any]]:
    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(value for name, value in row.items() if name not in sums)

    for _, same in groupby(sorted(rows, key=key), key=key):
        group = list(same)
        yield {**group[0], **{name: sum(row[name] for row in group) for name in sums}}


def _minute() -> int:
    return int(time.time() // 60)


def _moment(minute: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(60 * minute, datetime.UTC)
