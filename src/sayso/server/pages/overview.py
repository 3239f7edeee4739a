"""`/`: the model in production, what is asked of it, and whether that is still what it was made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from sayso.server.answering.source import Serving
from sayso.server.monitoring.drift import measure
from sayso.server.monitoring.psi import tenths_of
from sayso.server.monitoring.traffic import TENTHS, Window, confidence_histogram, label_counts, latency_quantiles, start_of, totals
from sayso.server.pages.intents import Period, name_of, over_time
from sayso.server.pages.language import Language, language_of
from sayso.server.pages.page import HTMX, page
from sayso.server.pages.visitor import Expert
from sayso.server.settings import Settings
from sayso.server.state import Server
from sayso.server.store.tables import Latency

MOST_INTENTS = 10

router = APIRouter()


@dataclass(frozen=True)
class Asked:
    """What was asked within a window."""

    requests: int
    texts: int
    out_of_scope: int


@dataclass(frozen=True)
class Share:
    """How much of all answers something is: of those given lately, and of those to the rows that the model was tested on."""

    name: str
    now: float | None
    tested: float | None


@router.get("/")
def overview(request: Request, person: Expert, period: Period = "day") -> Response:
    """The page; its figures, which it asks for every ten seconds, are all that htmx gets."""
    server: Server = request.app.state.server
    serving, spoken = server.production.serving, language_of(request)
    with server.database.reading() as transaction:
        figures = _figures(transaction, serving, server.settings, spoken)
    figures |= {"serving": serving, "problem": server.production.problem}
    if HTMX in request.headers:
        return page(request, "parts/figures.html", **figures)
    return page(request, "overview.html", over_time=over_time(server.database, period, spoken), **figures)


def _asked(transaction: Transaction, window: Window) -> Asked:
    requests = select(func.sum(Latency.requests)).where(Latency.minute >= window.since, Latency.minute < window.until)
    told = totals(transaction, window)
    return Asked(int(transaction.scalar(requests) or 0), told.answers, told.out_of_scope)


def _figures(transaction: Transaction, serving: Serving, settings: Settings, spoken: Language) -> dict[str, Any]:
    """What the tables tell of the model that answers now."""
    day, window = Window.last(hours=24), Window.last(hours=settings.drift_window_hours)
    return {
        "hour": _asked(transaction, Window.last(hours=1)),
        "today": _asked(transaction, Window(start_of(day.until, "day"), day.until)),
        "quantiles": latency_quantiles(transaction, day),
        "drift": measure(transaction, serving, settings),
        "hours": settings.drift_window_hours,
        "confidence": _tenths(confidence_histogram(transaction, window, serving.model_id), serving.manifest, spoken),
        "intents": _intents(label_counts(transaction, window, serving.model_id), serving.manifest, spoken),
    }


def _tenths(counts: list[int], manifest: Mapping[str, Any], spoken: Language) -> list[Share]:
    """Each tenth of confidence, the surest first."""
    now, tested = _shares(dict(enumerate(counts))), _shares(tenths_of(manifest.get("confidence_histogram") or {}))
    names = {tenth: f"{10 * tenth}–{spoken.percent((tenth + 1) / TENTHS, 0)}" for tenth in reversed(range(TENTHS))}
    return [Share(name, now.get(tenth), tested.get(tenth)) for tenth, name in names.items()]


def _intents(counts: Mapping[str, int], manifest: Mapping[str, Any], spoken: Language) -> list[Share]:
    """The labels that are answered most, or were."""
    now, tested = _shares(counts), _shares(manifest.get("intent_mix") or {})
    labels = sorted({**now, **tested}, key=lambda label: (-now.get(label, 0), -tested.get(label, 0), label))[:MOST_INTENTS]
    return [Share(name_of(label, spoken), _share(label, now), _share(label, tested)) for label in labels]


def _shares(counts: Mapping[Any, int]) -> dict[Any, float]:
    """Each count as a share of all; nothing if there are none."""
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()} if total else {}


def _share(label: str, shares: Mapping[str, float]) -> float | None:
    """A label's share: none if nothing is known of any."""
    return shares.get(label, 0.0) if shares else None
