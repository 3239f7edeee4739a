"""A candidate's answers beside those that were given -> sums in the table Shadow, every few seconds.

Several processes add to the same rows. While the database is away, the sums are kept; if they become too many, the oldest are lost.
"""

from __future__ import annotations

import datetime
import threading
import time
from typing import Any, NamedTuple

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from sayso.errors import SaysoError
from sayso.server.monitoring.counting import add_up
from sayso.server.store.database import Database
from sayso.server.store.tables import LONGEST_NAME, Shadow

MOST_ROWS = 10_000
SUMS = ("answers", "confidence", "candidate_confidence", "seconds", "candidate_seconds")
log = structlog.get_logger("sayso.server")


class Compared(NamedTuple):
    """Pairs of answers that are summed up together: which models gave them, and which labels they gave."""

    version: str
    candidate: str
    label: str
    candidate_label: str


class Comparisons:
    """Sums up in memory; somebody calls `write` from time to time, and once more at the end."""

    def __init__(self, database: Database, days: int) -> None:
        self._database = database
        self._kept = datetime.timedelta(days=days)
        self._sums: dict[tuple[int, Compared], list[float]] = {}
        self._changing = threading.Lock()
        self._away = False

    def add(self, compared: Compared, **values: float) -> None:
        """Count one pair of answers; `values` are its confidences and seconds."""
        key = int(time.time() // 3600), Compared(*(name[:LONGEST_NAME] for name in compared))
        with self._changing:
            _add_to(self._sums, key, [1, *(values[name] for name in SUMS[1:])])
            _shed(self._sums, 2 * MOST_ROWS)

    @property
    def waiting(self) -> int:
        """How many sums are not written yet."""
        return len(self._sums)

    def write(self) -> bool:
        """Add the sums to the table, all of them or none; whether that went well."""
        with self._changing:
            taken, self._sums = self._sums, {}
        try:
            if taken:
                with self._database.writing() as transaction:
                    add_up(transaction, Shadow, SUMS, [_row(*one) for one in sorted(taken.items())])
        except (SaysoError, SQLAlchemyError) as error:
            self._keep(taken, str(error))
            return False
        self._away = False
        return True

    def tidy(self, now: datetime.datetime | None = None) -> None:
        """Forget what is older than it is kept."""
        now = now or datetime.datetime.now(datetime.UTC)
        try:
            with self._database.writing() as transaction:
                transaction.execute(delete(Shadow).where(Shadow.hour < now - self._kept))
        except (SaysoError, SQLAlchemyError) as error:
            log.warning("comparisons_not_tidied", reason=str(error))

    def _keep(self, taken: dict[tuple[int, Compared], list[float]], reason: str) -> None:
        """Put back what could not be written."""
        with self._changing:
            for key, values in taken.items():
                _add_to(self._sums, key, values)
            _shed(self._sums, MOST_ROWS)
        if not self._away:
            log.error("comparisons_not_written", reason=reason, waiting=len(taken))
        self._away = True


def _add_to(sums: dict[tuple[int, Compared], list[float]], key: tuple[int, Compared], values: list[float]) -> None:
    known = sums.get(key)
    sums[key] = values if known is None else [one + other for one, other in zip(known, values, strict=True)]


def _shed(sums: dict[tuple[int, Compared], list[float]], most: int) -> None:
    """Let go of the oldest hours' sums until there are so many."""
    if len(sums) > most:
        for key in sorted(sums)[:-most]:
            del sums[key]


def _row(key: tuple[int, Compared], values: list[float]) -> dict[str, Any]:
    hour, compared = key
    began = datetime.datetime.fromtimestamp(3600 * hour, datetime.UTC)
    return {"hour": began, **compared._asdict(), **dict(zip(SUMS, values, strict=True))}
