"""Requests -> OpenTelemetry: a span for each, and one in it for the model. Texts are in them only if `log_texts` says so.

Where they go is OpenTelemetry's own business: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME,
OTEL_TRACES_SAMPLER … They leave from a thread of the SDK; what a dead collector does not take is dropped.
"""

from __future__ import annotations

import logging
import os

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from sayso import __version__
from sayso.server.answering.queue import Answer
from sayso.server.limits import QUIET
from sayso.server.monitoring.handled import Handled
from sayso.server.monitoring.outbox import within
from sayso.server.settings import Settings


class Traces:
    """Makes the spans of a request when it is over, as the times are known then."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)
        service = {"service.name": os.environ.get("OTEL_SERVICE_NAME", "sayso"), "service.version": __version__}
        self._provider = TracerProvider(resource=Resource.create(service), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("sayso", __version__)
        self._callers = TraceContextTextMapPropagator()

    def note(self, handled: Handled) -> None:
        """Trace a request; it belongs to its caller's trace if it came with a `traceparent`."""
        if handled.path.startswith(QUIET):
            return
        request = self._tracer.start_span(
            f"{handled.method} {handled.path}",
            context=self._callers.extract(handled.headers),
            kind=SpanKind.SERVER,
            start_time=handled.ended_ns - int(1e9 * handled.seconds),
            attributes={
                "http.request.method": handled.method,
                "http.route": handled.path,
                "http.response.status_code": handled.status,
                "sayso.request_id": handled.request_id,
            },
        )
        if handled.status >= 500:
            request.set_status(StatusCode.ERROR)
        if handled.answer is not None:
            answer, ended = handled.answer.answer, handled.answer.ended_ns
            started = ended - int(1e9 * answer.seconds)
            model = self._tracer.start_span(
                "model", context=set_span_in_context(request), start_time=started, attributes=self._facts(answer)
            )
            model.end(ended)
        request.end(handled.ended_ns)

    def close(self, seconds: float) -> None:
        """Send what is there, for so long at most."""
        within(seconds, self._provider.shutdown)

    def _facts(self, answer: Answer) -> dict[str, AttributeValue]:
        """What the model said; of several texts, of the one that it was least sure of."""
        place, prediction = min(enumerate(answer.predictions), key=lambda item: item[1].confidence)
        facts: dict[str, AttributeValue] = {
            "sayso.model.name": answer.serving.name,
            "sayso.model.version": answer.serving.version,
            "sayso.texts": len(answer.texts),
            "sayso.wait_ms": round(1000 * answer.waited_s, 3),
            "sayso.label": prediction.label or "",
            "sayso.action": prediction.action,
            "sayso.confidence": prediction.confidence,
            "sayso.out_of_scope": prediction.out_of_scope,
        }
        return facts | ({"sayso.text": answer.texts[place]} if self._settings.log_texts else {})
