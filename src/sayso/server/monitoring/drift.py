"""The traffic of a version against its baseline -> Drift; a change of its state is an alarm, raised once however many processes see it.

The baseline is what the version answered to the test rows, as its bundle says, or to its own first traffic (`drift_baseline`).
Of both, the share of each tenth of confidence and of each label is compared: `measure` for who wants to look, `DriftWatch` for the alarm.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as Transaction

from sayso.errors import SaysoError
from sayso.server.answering.production import Production
from sayso.server.answering.source import Serving
from sayso.server.monitoring.psi import by_chance, psi, tenths_of
from sayso.server.monitoring.traffic import Window, confidence_histogram, label_counts
from sayso.server.monitoring.webhook import Webhook
from sayso.server.settings import Settings
from sayso.server.store.database import INSERT, Database
from sayso.server.store.tables import LONGEST_NAME, Traffic
from sayso.server.store.tables import Drift as Noted

State = Literal["ok", "drifting", "too little traffic", "no baseline"]
SAYS_SOMETHING: tuple[State, ...] = ("ok", "drifting")
CALM = 0.8
"""It is over when all is below this share of the limit, not as soon as it is below the limit: or it would come and go."""
log = structlog.get_logger("sayso.server")


@dataclass(frozen=True)
class Shift:
    """How far the live shares are from those of the baseline, and from where on that is too far."""

    psi: float
    limit: float


@dataclass(frozen=True)
class Drift:
    """What is to be said of a version: its state, the one noted before (`was`) and since when; the shift of `confidence` and `intents`."""

    version: str
    state: State
    answers: int = 0
    shifts: Mapping[str, Shift] = field(default_factory=dict)
    since: datetime.datetime | None = None
    was: str = "ok"

    @property
    def is_drifting(self) -> bool:
        """Whether the alarm is on; what says nothing leaves it as it was."""
        return (self.state if self.state in SAYS_SOMETHING else self.was) == "drifting"


@dataclass(frozen=True)
class Baseline:
    """How often each tenth of confidence and each label was answered when all was well; empty where that is not known."""

    confidence: Mapping[int, int] = field(default_factory=dict)
    intents: Mapping[str, int] = field(default_factory=dict)


def measure(transaction: Transaction, serving: Serving, settings: Settings) -> Drift:
    """Where a version stands now. Too little traffic, or no baseline, says nothing, and leaves it in the state it was in."""
    version = serving.model_id[:LONGEST_NAME]
    noted = transaction.get(Noted, version)
    since, was = (noted.changed_at, noted.state) if noted else (None, "ok")
    window = Window.last(hours=settings.drift_window_hours)
    found = Baseline(_by_tenth(transaction, window, version), label_counts(transaction, window, version))
    answers = sum(found.confidence.values())
    baseline = _baseline(transaction, serving, settings, window)
    if not baseline.confidence and not baseline.intents:
        return Drift(version, "no baseline", answers, since=since, was=was)
    if answers < settings.drift_answers:
        return Drift(version, "too little traffic", answers, since=since, was=was)
    shifts: dict[str, Shift] = {}
    if baseline.confidence:
        shifts["confidence"] = _shift(baseline.confidence, found.confidence, settings)
    if baseline.intents:
        shifts["intents"] = _shift(baseline.intents, found.intents, settings)
    return Drift(version, _state(list(shifts.values()), was), answers, shifts, since, was)


def note(transaction: Transaction, drift: Drift) -> bool:
    """Write the state down; whether it is news, and this is the process that is to tell it.

    Only who finds the state as it was measured against changes it: what another process has changed meanwhile stands.
    """
    if drift.state not in SAYS_SOMETHING:
        return False
    now = datetime.datetime.now(datetime.UTC)
    connection = transaction.connection()
    first = INSERT[connection.dialect.name](Noted).values(version=drift.version, state="ok", changed_at=now)
    connection.execute(first.on_conflict_do_nothing())
    if drift.state == drift.was:
        return False
    change = update(Noted).where(Noted.version == drift.version, Noted.state == drift.was).values(state=drift.state, changed_at=now)
    return connection.execute(change).rowcount == 1


class DriftWatch:
    """Measures the version in production when asked to, and raises the alarm: in the log, and by the webhook."""

    def __init__(self, database: Database, production: Production, settings: Settings) -> None:
        self._database = database
        self._production = production
        self._settings = settings
        self._webhook = Webhook(settings.webhook) if settings.webhook else None
        self.last: Drift | None = None

    def check(self) -> None:
        """Measure, note, and tell if it is news."""
        serving = self._production.serving
        try:
            with self._database.reading() as transaction:
                drift = measure(transaction, serving, self._settings)
            with self._database.writing() as transaction:
                news = note(transaction, drift)
                noted = transaction.get(Noted, drift.version)
        except (SaysoError, SQLAlchemyError) as error:
            log.warning("drift_not_measured", reason=str(error))
            return
        self.last = replace(drift, since=noted.changed_at if noted else None)
        if news:
            self._tell(serving, self.last)

    def close(self, seconds: float) -> None:
        """Send what is to be sent, for so long at most."""
        if self._webhook:
            self._webhook.close(seconds)

    def _tell(self, serving: Serving, drift: Drift) -> None:
        told = {
            "event": "drift",
            "model": serving.name,
            "version": serving.version,
            "state": drift.state,
            "psi": {of: shift.psi for of, shift in drift.shifts.items()},
            "limits": {of: shift.limit for of, shift in drift.shifts.items()},
            "answers": drift.answers,
            "window_hours": self._settings.drift_window_hours,
            "since": drift.since.isoformat(timespec="seconds") if drift.since else None,
        }
        (log.error if drift.is_drifting else log.info)("drift", **{name: value for name, value in told.items() if name != "event"})
        if self._webhook:
            self._webhook.tell({**told, "text": _sentence(serving, drift)})


def _baseline(transaction: Transaction, serving: Serving, settings: Settings, window: Window) -> Baseline:
    """What to compare with; empty if there is none (yet)."""
    if settings.drift_baseline == "bundle":
        manifest = serving.manifest
        return Baseline(tenths_of(manifest.get("confidence_histogram") or {}), manifest.get("intent_mix") or {})
    version = serving.model_id[:LONGEST_NAME]
    first = transaction.scalar(select(func.min(Traffic.minute)).where(Traffic.version == version))
    if first is None or first + (window.until - window.since) > window.since:
        return Baseline()
    early = Window(first, first + (window.until - window.since))
    found = Baseline(_by_tenth(transaction, early, version), label_counts(transaction, early, version))
    return found if sum(found.confidence.values()) >= settings.drift_answers else Baseline()


def _by_tenth(transaction: Transaction, window: Window, version: str) -> dict[int, int]:
    return dict(enumerate(confidence_histogram(transaction, window, version)))


def _shift(baseline: Mapping[Any, int], found: Mapping[Any, int], settings: Settings) -> Shift:
    """A small test set or little traffic lets the index vary; the limit is never below what chance alone gives."""
    return Shift(round(psi(baseline, found), 4), round(max(settings.drift_threshold, by_chance(baseline, found)), 4))


def _state(shifts: list[Shift], was: str) -> State:
    if any(shift.psi > shift.limit for shift in shifts):
        return "drifting"
    calm = all(shift.psi < CALM * shift.limit for shift in shifts)
    return "drifting" if was == "drifting" and not calm else "ok"


def _sentence(serving: Serving, drift: Drift) -> str:
    measured = ", ".join(f"{of} {shift.psi:.2f} (limit {shift.limit:.2f})" for of, shift in drift.shifts.items())
    if drift.is_drifting:
        return f"{serving.model_id} sees other texts than it was tested on: PSI of {measured} over {drift.answers} answers."
    return f"{serving.model_id} sees again what it was tested on: PSI of {measured} over {drift.answers} answers."
