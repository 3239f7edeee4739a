"""Answers -> the texts among them that people should look at: those that the model was unsure of, and a few of the rest by chance.

Nobody waits for it: a request's texts are judged, freed of personal data and appended to a file; a thread does the rest.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from sayso.labeling.redact import Redactor
from sayso.project import Labeling
from sayso.runtime.prediction import ChoiceResult, Prediction, ScoreResult, SpansResult, TagsResult
from sayso.server.labeling.items import forget_old, put_captured
from sayso.server.labeling.ranking import Ranking
from sayso.server.labeling.spool import Spool

if TYPE_CHECKING:
    from sayso.server.answering.queue import Answer
    from sayso.server.monitoring.prometheus import Metrics
    from sayso.server.settings import Settings
    from sayso.server.store.database import Database

LONGEST_TEXT = 2000
"""What a person reads of a text; longer ones are cut about here."""
MARGIN = 200
"""So much more is looked at, so that nothing personal that the cut goes through is kept by halves."""
UNSURE, SAMPLE = "unsure", "sample"
SECONDS_BETWEEN_SYNCS = 0.2
SECONDS_BETWEEN_DRAINS = 1.0
SECONDS_BETWEEN_TIDYING = 3600.0
log = structlog.get_logger("sayso.server")


class Capture:
    """An observer of answers, and the thread that brings what it keeps into the database."""

    def __init__(self, database: Database, settings: Settings, labeling: Labeling, metrics: Metrics) -> None:
        self._database = database
        self._labeling = labeling
        self._metrics = metrics
        self._wanted = settings.capture and (labeling.capture_below > 0 or labeling.capture_share > 0)
        self._redact = Redactor.of(labeling.redact)
        self._chance = random.Random()
        self._spool = Spool(settings.project / "server" / "spool")
        self._ranking = Ranking(database)
        self._stop = threading.Event()
        self._draining = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="sayso-capture", daemon=True)

    def start(self) -> None:
        """Begin to drain."""
        self._thread.start()

    def observe(self, answer: Answer, request_id: str) -> None:
        """Keep what is worth a look of one request's answers."""
        if not self._wanted:
            return
        for position, (text, prediction) in enumerate(zip(answer.texts, answer.predictions, strict=True)):
            if (chosen := self._choose(prediction)) is not None and text.strip():
                record = self._record(text, prediction, *chosen)
                record |= {"version": answer.serving.model_id, "request_id": request_id, "position": position}
                if self._spool.put(record):
                    self._metrics.captured.labels(chosen[0]).inc()
                else:
                    self._metrics.capture_lost.inc()

    def drain(self) -> int:
        """Bring what was captured up to now into the database; how many records that were."""
        with self._draining:
            return self._spool.drain(self._database, lambda tx, records: put_captured(tx, records, self._labeling.second_opinions))

    def close(self) -> None:
        """Bring in what is left, if the database takes it; else it is brought in by the next process."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._attempt(self.drain)
        self._spool.close()

    def _choose(self, prediction: Prediction) -> tuple[str, float] | None:
        """Why to keep a text, and how many texts of the traffic it stands for; None to let it go, as where there is nothing to ask."""
        if all(isinstance(head, SpansResult) for head in prediction.heads.values()):
            return None
        surest = min((head.confidence for head in prediction.heads.values() if isinstance(head, ChoiceResult)), default=1.0)
        if surest < self._labeling.capture_below or prediction.out_of_scope:
            return UNSURE, 1.0
        share = self._labeling.capture_share
        return (SAMPLE, 1 / share) if share and self._chance.random() < share else None

    def _record(self, text: str, prediction: Prediction, reason: str, weight: float) -> dict[str, Any]:
        head, label, confidence = _most_doubtful(prediction)
        return {
            "text": self._kept(text),
            "reason": reason,
            "weight": weight,
            "head": head,
            "label": label,
            "confidence": confidence,
            "scores": {name: _scores(head) for name, head in prediction.heads.items() if not isinstance(head, SpansResult)},
            "at": datetime.now(UTC).isoformat(),
        }

    def _kept(self, text: str) -> str:
        """The text as it is kept: without personal data, and not too long."""
        kept = self._redact(text[: LONGEST_TEXT + MARGIN].replace("\0", " ")).text
        return kept if len(text) <= LONGEST_TEXT else kept[:-MARGIN]

    def _work(self) -> None:
        every: dict[Callable[[], object], float] = {
            self._spool.sync: SECONDS_BETWEEN_SYNCS,
            self.drain: SECONDS_BETWEEN_DRAINS,
            self._ranking.renew_if_needed: SECONDS_BETWEEN_DRAINS,
            self._tidy: SECONDS_BETWEEN_TIDYING,
        }
        due = dict.fromkeys(every, 0.0)
        while not self._stop.wait(SECONDS_BETWEEN_SYNCS):
            for work, seconds in every.items():
                if time.monotonic() >= due[work]:
                    self._attempt(work)
                    due[work] = time.monotonic() + seconds

    def _attempt(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  whatever is wrong now, what is in the files stays there until it is right
            log.warning("capture_waits", work=work.__qualname__, reason=str(error), waiting_bytes=self._spool.waiting)

    def _tidy(self) -> None:
        forget_old(self._database, self._labeling.keep_days)


def _most_doubtful(prediction: Prediction) -> tuple[str, str, float]:
    """The choice head that was least sure, what it said and how sure it was; the first other of a model that has none."""
    choices = {name: head for name, head in prediction.heads.items() if isinstance(head, ChoiceResult)}
    if not choices:
        return next(name for name, head in prediction.heads.items() if not isinstance(head, SpansResult)), "", 0.0
    name = min(choices, key=lambda each: choices[each].confidence)
    return name, choices[name].label, choices[name].confidence


def _scores(result: ChoiceResult | TagsResult | ScoreResult) -> dict[str, float]:
    if isinstance(result, ScoreResult):
        return {"value": round(result.value, 4)}
    return {label: round(score, 4) for label, score in result.scores.items()}
