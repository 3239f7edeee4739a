"""Answers -> Langfuse: a trace for each text, and what experts say of it as a score of that trace.

Texts are in them only if `log_texts` says so. A dead Langfuse is noticed by a thread of its own, and by nobody else.
"""

from __future__ import annotations

import time

from langfuse import Langfuse as Client
from opentelemetry.sdk.trace import TracerProvider

from sayso.server.answering.queue import Answer
from sayso.server.monitoring.outbox import Outbox, within
from sayso.server.settings import Settings

MOST_WAITING = 500
SCORE = "expert"


class Langfuse:
    """Where it is, and as whom, is in LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._provider = TracerProvider(shutdown_on_exit=False)
        self._client = Client(tracer_provider=self._provider)
        self._outbox: Outbox[tuple[Answer, str]] = Outbox("sayso-langfuse", self._trace, MOST_WAITING)

    def observe(self, answer: Answer, request_id: str) -> None:
        """Have the answers to one request traced."""
        self._outbox.put((answer, request_id))

    def score(self, request_id: str, label: str, *, position: int = 0, comment: str | None = None) -> None:
        """Say which label an expert gave to a request's text (`position`: which one, if there were several). Said again, it replaces."""
        trace_id = trace_id_of(request_id, position)
        self._client.create_score(
            name=SCORE, value=label, trace_id=trace_id, score_id=f"{trace_id}-{SCORE}", data_type="CATEGORICAL", comment=comment
        )

    def close(self, seconds: float) -> None:
        """Send what is there, for so long at most."""
        within(seconds, self._finish)

    def _finish(self) -> None:
        self._outbox.close(seconds=60)
        self._client.shutdown()
        self._provider.shutdown()

    def _trace(self, observed: tuple[Answer, str]) -> None:
        answer, request_id = observed
        each = answer.seconds / max(1, len(answer.texts))
        for position, (text, prediction) in enumerate(zip(answer.texts, answer.predictions, strict=True)):
            observation = self._client.start_observation(
                trace_context={"trace_id": trace_id_of(request_id, position)},
                name="classify",
                as_type="generation",
                model=answer.serving.name,
                version=answer.serving.version,
                input=text if self._settings.log_texts else None,
                output=prediction.label,
                metadata={
                    "confidence": prediction.confidence,
                    "action": prediction.action,
                    "out_of_scope": prediction.out_of_scope,
                    "request_id": request_id,
                    "position": position,
                },
            )
            observation.end(end_time=time.time_ns() + int(1e9 * each))  # it starts when it is made: shifted, but as long as it took


def trace_id_of(request_id: str, position: int = 0) -> str:
    """The trace of a request's text."""
    return Client.create_trace_id(seed=f"{request_id}/{position}")
