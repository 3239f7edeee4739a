"""Answers -> the candidate's answers to a share of the same texts, compared. No request waits for it, and its texts are kept nowhere."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import structlog

from sayso.errors import SaysoError
from sayso.server.answering.candidate import Candidate
from sayso.server.monitoring.comparing import Compared
from sayso.server.monitoring.comparison import Comparison, compare

if TYPE_CHECKING:
    from sayso.server.answering.queue import Answer
    from sayso.server.state import Server

MOST_WAITING = 256
"""So many texts may wait for the candidate."""
SECONDS_BETWEEN_LOOKS = 0.5
PATIENCE = 0.25
"""While requests are being answered the candidate waits, but for no text longer than that: a busy server is compared as well."""
PAUSE = 0.005
NICE = 5
"""How far the thread stands back where processors are short (on Linux). Much farther, and it could not give the interpreter's lock back."""
SECONDS_TO_CLOSE = 3.0
log = structlog.get_logger("sayso.server")


class Shadow:
    """An observer of answers that puts a share of them in a queue, and the thread that asks the candidate."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._share = server.settings.shadow_share
        self._chance = random.Random()
        self._waiting: SimpleQueue[_Answered | None] = SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sayso-shadow", daemon=True)
        self._failed: tuple[str, str] | None = None
        self.candidate = Candidate(server.settings, server.production)
        server.observers.append(self.observe)

    @property
    def problem(self) -> str | None:
        """Why the candidate does not run, or what it failed with last; None if all is well."""
        serving = self.candidate.serving
        if self._failed and serving and self._failed[0] == serving.model_id:
            return self._failed[1]
        return self.candidate.problem

    def start(self) -> None:
        """Look for a candidate, now and from time to time, and ask it."""
        self._thread.start()

    def close(self) -> None:
        """Ask no more."""
        self._stop.set()
        self._waiting.put(None)
        if self._thread.is_alive():
            self._thread.join(SECONDS_TO_CLOSE)

    def observe(self, answer: Answer, request_id: str) -> None:
        """Have the texts of some requests put to the candidate; what is too much for it is dropped, and counted."""
        candidate = self.candidate.serving
        if candidate is None or not answer.texts or self._chance.random() >= self._share:
            return
        version, each = answer.serving.model_id, answer.processor_s / len(answer.texts)
        room = max(0, MOST_WAITING - self._waiting.qsize())
        for text, said in zip(answer.texts[:room], answer.predictions, strict=False):
            self._waiting.put(_Answered(text, version, said.label or "", said.confidence, each))
        if len(answer.texts) > room:
            self._count(candidate.model_id, "dropped", len(answer.texts) - room)

    def comparison(self) -> Comparison | None:
        """How the candidate compares with production, by what all processes saw of both; None if none runs."""
        candidate, production = self.candidate.serving, self._server.production.serving
        if candidate is None:
            return None
        with self._server.database.reading() as transaction:
            return compare(transaction, production.model_id, candidate.model_id)

    def _work(self) -> None:
        _stand_back()
        due = 0.0
        while not self._stop.is_set():
            if time.monotonic() >= due:
                self.candidate.look()
                due = time.monotonic() + SECONDS_BETWEEN_LOOKS
            with contextlib.suppress(Empty):
                one = self._waiting.get(timeout=SECONDS_BETWEEN_LOOKS)
                if one is not None:
                    self._wait_for_calm()
                    self._ask(one)

    def _wait_for_calm(self) -> None:
        end = time.monotonic() + PATIENCE
        while not self._server.queue.is_calm and time.monotonic() < end and not self._stop.is_set():
            time.sleep(PAUSE)

    def _ask(self, one: _Answered) -> None:
        serving = self.candidate.serving
        if serving is None or serving.model_id == one.version:
            return
        started = time.thread_time()
        try:
            said = serving.predictor.predict(one.text)
        except Exception as error:  # noqa: BLE001  whatever it is, it is the candidate's, and the thread must live
            self._fail(serving.model_id, error)
            return
        seconds, label = time.thread_time() - started, said.label or ""
        self._server.monitoring.comparisons.add(
            Compared(one.version, serving.model_id, one.label, label),
            confidence=one.confidence,
            candidate_confidence=said.confidence,
            seconds=one.seconds,
            candidate_seconds=seconds,
        )
        self._count(serving.model_id, "agreed" if label == one.label else "differed")

    def _fail(self, model_id: str, error: Exception) -> None:
        reason = str(error) if isinstance(error, SaysoError) else type(error).__name__  # what others say may have the text in it
        if self._failed != (model_id, reason):
            log.error("candidate_failed", model=model_id, reason=reason)
        self._failed = (model_id, reason)
        self._count(model_id, "failed")

    def _count(self, model_id: str, outcome: str, texts: int = 1) -> None:
        self._server.monitoring.metrics.shadow.labels(model_id, outcome).inc(texts)


@dataclass(frozen=True, slots=True)
class _Answered:
    """A text, and what production said of it."""

    text: str
    version: str
    label: str
    confidence: float
    seconds: float


def _stand_back() -> None:
    """Let everybody else have the processors first."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
