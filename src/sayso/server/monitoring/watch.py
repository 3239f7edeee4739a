"""Monitoring: everybody who watches a server, and the thread that writes down what they saw."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from sayso.errors import MissingExtra, UsageError
from sayso.server.monitoring.comparing import Comparisons
from sayso.server.monitoring.counting import TrafficCounter
from sayso.server.monitoring.drift import DriftWatch
from sayso.server.monitoring.handled import Handled, remember
from sayso.server.monitoring.prometheus import Metrics

if TYPE_CHECKING:
    from sayso.server.monitoring.langfuse import Langfuse
    from sayso.server.monitoring.traces import Traces
    from sayso.server.state import Server

SECONDS_BETWEEN_WRITES = 3.0
SECONDS_BETWEEN_CHECKS = 60.0
SECONDS_BETWEEN_TIDYING = 3600.0
SECONDS_TO_CLOSE = 3.0
"""So long a database, a collector, a webhook may each take at the end."""
OTEL = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
LANGFUSE_KEYS = ("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY")
LANGFUSE_PLACES = ("LANGFUSE_HOST", "LANGFUSE_BASE_URL")
log = structlog.get_logger("sayso.server")


class Monitoring:
    """Is told of answers and requests, and passes it on. None of those who watch can fail a request, or hold it up."""

    def __init__(self, server: Server) -> None:
        settings, traces, langfuse = server.settings, traces_if_wanted(), langfuse_if_wanted()
        self.counter = TrafficCounter(server.database, settings.traffic_days)
        self.comparisons = Comparisons(server.database, settings.traffic_days)
        self.drift = DriftWatch(server.database, server.production, settings)
        self.metrics = Metrics(server)
        self.traces = traces(settings) if traces else None
        self.langfuse = langfuse(settings) if langfuse else None
        server.observers += [remember, self.counter.observe, self.metrics.observe]
        self._watchers: list[Callable[[Handled], None]] = [self.counter.note, self.metrics.note]
        if self.traces:
            self._watchers.append(self.traces.note)
        if self.langfuse:
            server.observers.append(self.langfuse.observe)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sayso-monitoring", daemon=True)

    def start(self) -> None:
        """Write, check and tidy from time to time."""
        self._thread.start()

    def tell(self, handled: Handled) -> None:
        """Tell everybody who watches of a request that is over."""
        for watcher in self._watchers:
            try:
                watcher(handled)
            except Exception as error:  # noqa: BLE001  whatever a watcher does, the answer is out
                log.warning("watcher_failed", watcher=watcher.__qualname__, error=repr(error))

    def score(self, request_id: str, label: str, *, position: int = 0) -> None:
        """Tell Langfuse, if there is one, which label an expert gave to a request's text."""
        if self.langfuse:
            self.langfuse.score(request_id, label, position=position)

    def close(self) -> None:
        """Write and send what is left, within seconds."""
        self._stop.set()
        closing = [self._thread]
        for part in (self.traces, self.langfuse, self.drift):
            if part:
                closing.append(threading.Thread(target=part.close, args=(SECONDS_TO_CLOSE,), daemon=True))
                closing[-1].start()
        end = time.monotonic() + SECONDS_TO_CLOSE
        for thread in closing:
            thread.join(max(0.0, end - time.monotonic()))
        if self.counter.waiting or self.comparisons.waiting or self._thread.is_alive():
            log.error("counts_lost", reason="the database did not take them before this process had to end")
        self.metrics.close()

    def _work(self) -> None:
        every: dict[Callable[[], object], float] = {
            self._write: SECONDS_BETWEEN_WRITES,
            self.drift.check: SECONDS_BETWEEN_CHECKS,
            self.counter.tidy: SECONDS_BETWEEN_TIDYING,
            self.comparisons.tidy: SECONDS_BETWEEN_TIDYING,
        }
        due = dict.fromkeys(every, 0.0)
        while not self._stop.wait(SECONDS_BETWEEN_WRITES):
            for work, seconds in every.items():
                if time.monotonic() < due[work]:
                    continue
                due[work] = time.monotonic() + seconds
                try:
                    work()
                except Exception:  # whatever is wrong with one of them, the thread must live for the others
                    log.exception("monitoring_failed", work=work.__qualname__)
        self._write()

    def _write(self) -> None:
        lost = self.counter.lost
        self.counter.write()
        self.comparisons.write()
        self.metrics.lost.inc(self.counter.lost - lost)
        self.metrics.waiting.set(self.counter.waiting)


def traces_if_wanted() -> type[Traces] | None:
    """OpenTelemetry, if the environment says where to send to."""
    if not any(os.environ.get(name) for name in OTEL):
        return None
    try:
        from sayso.server.monitoring.traces import Traces
    except ModuleNotFoundError:
        raise MissingExtra(f"{OTEL[0]} is set, but sending traces", "otel") from None
    return Traces


def langfuse_if_wanted() -> type[Langfuse] | None:
    """Langfuse, if the environment says where it is, and as whom."""
    keys = [bool(os.environ.get(name)) for name in LANGFUSE_KEYS]
    if not any(keys):
        return None
    if not all(keys) or not any(os.environ.get(name) for name in LANGFUSE_PLACES):
        raise UsageError("Langfuse takes all of LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY, or none of them")
    try:
        from sayso.server.monitoring.langfuse import Langfuse
    except ModuleNotFoundError:
        raise MissingExtra("LANGFUSE_PUBLIC_KEY is set, but sending answers there", "langfuse") from None
    return Langfuse
