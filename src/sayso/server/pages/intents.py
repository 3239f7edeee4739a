"""`/intents`: how often each label was answered, hour by hour or day by day; a part of the overview, and the chart in it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request, Response

from sayso.server.monitoring.traffic import STEPS, Step, Window, labels_over_time
from sayso.server.pages.charts import Look, Theme, Width, can_draw, chart_answer, stacked_chart
from sayso.server.pages.language import Language, language_of
from sayso.server.pages.page import page
from sayso.server.pages.visitor import Expert
from sayso.server.state import Server
from sayso.server.store.database import Database

Period = Literal["day", "month"]
PERIODS: dict[Period, tuple[Step, float]] = {"day": ("hour", 24), "month": ("day", 24 * 30)}
"""In what steps, and over how many hours."""

router = APIRouter(prefix="/intents")


@dataclass(frozen=True)
class OverTime:
    """How often each label was answered in each of the steps."""

    period: Period
    step: Step
    steps: list[datetime.datetime]
    labels: Mapping[str, list[int]]
    can_draw: bool
    minute: int

    periods = tuple(PERIODS)


@router.get("")
def intents(request: Request, person: Expert, period: Period = "day") -> Response:
    """The part of the overview, which asks for itself every minute."""
    server: Server = request.app.state.server
    return page(request, "parts/intents.html", over_time=over_time(server.database, period, language_of(request)))


@router.get("/chart.svg")
def chart(request: Request, person: Expert, period: Period = "day", theme: Theme = "light", width: Width = "wide") -> Response:
    """The same as a chart."""
    server: Server = request.app.state.server
    spoken = language_of(request)
    found = over_time(server.database, period, spoken)
    others = spoken.text("overview.other_labels")
    return chart_answer(stacked_chart(found.labels, found.steps, STEPS[found.step], others, Look(theme, width)))


def over_time(database: Database, period: Period, spoken: Language) -> OverTime:
    """What the tables tell of a period that ends now."""
    step, hours = PERIODS[period]
    window = Window.last(hours=hours)
    with database.reading() as transaction:
        found = labels_over_time(transaction, window, step)
    labels = {name_of(label, spoken): counts for label, counts in found.items()}
    return OverTime(period, step, window.steps(step), labels, can_draw(), int(window.until.timestamp() // 60))


def name_of(label: str, spoken: Language) -> str:
    """A label; what a model without labels answers has a name, too."""
    return label or spoken.text("overview.no_label")
