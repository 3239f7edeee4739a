"""`/metrics`: what the server does, as Prometheus reads it. Of several worker processes, any one answers for all.

Loopback may read it without a token, as long as no proxy stands in between; from elsewhere it takes a token of any role.
"""

from __future__ import annotations

import os
from collections import Counter as Counts
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse

from sayso.server.access.guard import allow
from sayso.server.api.forms import refusals

if TYPE_CHECKING:
    from sayso.server.answering.queue import Answer
    from sayso.server.answering.source import Serving
    from sayso.server.monitoring.handled import Handled
    from sayso.server.state import Server

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where worker processes keep their numbers for one another; prometheus_client looks for it when it is imported."""
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
CONFIDENCES = tuple(tenth / 10 for tenth in range(1, 11))
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
router = APIRouter(tags=["Operations"])
disable_created_metrics()  # type: ignore[no-untyped-call]


@router.get("/metrics", response_class=PlainTextResponse, responses=refusals(401))
async def metrics(request: Request) -> Response:
    """Counts and gauges in Prometheus' text format."""
    if not _is_local(request):
        await allow("app")(request)
    server: Server = request.app.state.server
    return Response(await run_in_threadpool(server.monitoring.metrics.text), media_type=CONTENT_TYPE_LATEST)


class Metrics:
    """The metrics of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._registry = registry = CollectorRegistry()
        self.requests = Counter("sayso_requests", "Requests.", ["method", "path", "status"], registry=registry)
        self.seconds = Histogram(
            "sayso_request_seconds", "From a request's arrival to its answer's end.", ["path"], buckets=SECONDS, registry=registry
        )
        self.waited = Histogram("sayso_wait_seconds", "How long a request waited for a thread.", buckets=SECONDS, registry=registry)
        self.model = Histogram("sayso_model_seconds", "How long the model took for a request.", buckets=SECONDS, registry=registry)
        self.queue = Gauge("sayso_queue_texts", "Texts that wait.", registry=registry, multiprocess_mode="livesum")
        self.answers = Counter("sayso_answers", "Texts that were answered.", ["model", "label", "action"], registry=registry)
        self.out_of_scope = Counter("sayso_out_of_scope", "Of these, texts that are out of scope.", ["model"], registry=registry)
        self.confidence = Histogram("sayso_confidence", "How sure the answers were.", ["model"], buckets=CONFIDENCES, registry=registry)
        self.switches = Counter("sayso_model_switches", "Models that came in, in each worker process.", registry=registry)
        self.waiting = Gauge("sayso_counts_waiting", "Sums that wait for the database.", registry=registry, multiprocess_mode="livesum")
        self.lost = Counter("sayso_counts_lost", "Answers that were never written to the database.", registry=registry)
        self.shadow = Counter("sayso_shadow_texts", "Texts for the candidate.", ["candidate", "outcome"], registry=registry)
        self.captured = Counter("sayso_captured", "Texts kept for people to label, and why.", ["reason"], registry=registry)
        self.capture_lost = Counter("sayso_capture_lost", "Texts that could not be kept.", registry=registry)
        server.production.on_switch(self.switched)

    def observe(self, answer: Answer, request_id: str) -> None:
        """Count the answers to one request."""
        model = answer.serving.model_id
        self.waited.observe(answer.waited_s)
        self.model.observe(answer.seconds)
        for (label, action), number in Counts((one.label or "", one.action) for one in answer.predictions).items():
            self.answers.labels(model, label, action).inc(number)
        self.out_of_scope.labels(model).inc(sum(one.out_of_scope for one in answer.predictions))
        confidence = self.confidence.labels(model)
        for one in answer.predictions:
            confidence.observe(one.confidence)

    def note(self, handled: Handled) -> None:
        """Count a request that is over."""
        self.requests.labels(handled.method, handled.path, str(handled.status)).inc()
        self.seconds.labels(handled.path).observe(handled.seconds)
        self.queue.set(self._server.queue.waiting)

    def switched(self, serving: Serving) -> None:
        """Count a model that came in."""
        self.switches.inc()

    def text(self) -> bytes:
        """All of them, of all processes, as they are now."""
        self.queue.set(self._server.queue.waiting)
        shown = CollectorRegistry()
        shown.register(_Facts(self._server))
        if folder := os.environ.get(FOLDER):
            _forget_the_dead(Path(folder))
            MultiProcessCollector(shown, folder)  # type: ignore[no-untyped-call]
            return generate_latest(shown)
        return generate_latest(self._registry) + generate_latest(shown)

    def close(self) -> None:
        """What this process had in hand is nobody's any more; what it counted stays."""
        if folder := os.environ.get(FOLDER):
            mark_process_dead(os.getpid(), folder)  # type: ignore[no-untyped-call]


class _Facts(Collector):
    """What is so at this moment, as the process that is asked sees it."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def collect(self) -> Iterator[Metric]:
        """One metric after another."""
        production = self._server.production
        serving = production.serving
        info = GaugeMetricFamily("sayso_model_info", "1 for the model that answers.", labels=["model", "source"])
        info.add_metric([serving.model_id, serving.source], 1)
        yield info
        yield GaugeMetricFamily("sayso_model_since_seconds", "When it came in, in seconds since 1970.", serving.since.timestamp())
        refused = production.problem is not None
        yield GaugeMetricFamily("sayso_model_refused", "1 while the model that should answer is not let in.", int(refused))
        candidate_refused = self._server.shadow.candidate.state == "refused"
        yield GaugeMetricFamily("sayso_shadow_refused", "1 while the candidate that should run is not let in.", int(candidate_refused))
        drift = self._server.monitoring.drift.last
        if drift is not None:
            psi = GaugeMetricFamily("sayso_drift_psi", "Population stability index against the baseline.", labels=["of"])
            for of, shift in drift.shifts.items():
                psi.add_metric([of], shift.psi)
            yield psi
            yield GaugeMetricFamily("sayso_drift_answers", "Answers that drift was measured on.", drift.answers)
            yield GaugeMetricFamily("sayso_drifting", "1 while the traffic is not what the model was tested on.", int(drift.is_drifting))


def _is_local(request: Request) -> bool:
    """Whether a program on this machine asks, and not a proxy on this machine for somebody elsewhere."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _forget_the_dead(folder: Path) -> None:
    """A worker that was killed had texts waiting; they wait no more."""
    for file in folder.glob("gauge_live*_*.db"):
        number = int(file.stem.rpartition("_")[2])
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            mark_process_dead(number, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            continue
