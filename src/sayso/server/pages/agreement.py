"""`/expert/agreement`: how labeling goes, how far people agree, how good that says the model is; and the labels on their way out and in."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from sayso.labeling.agreement import LabelAgreement
from sayso.project import Retrain
from sayso.server.labeling import exports
from sayso.server.labeling.over_time import answers_by_day, paces
from sayso.server.labeling.stats import FEWEST, Stats, stats
from sayso.server.monitoring.traffic import Window
from sayso.server.pages.charts import Look, Theme, Width, can_draw, chart_answer, stacked_chart
from sayso.server.pages.desk import ShownHead, heads_of, progress_of
from sayso.server.pages.language import Language, language_of
from sayso.server.pages.page import HTMX, page
from sayso.server.pages.visitor import Expert
from sayso.server.state import Server
from sayso.server.store.tables import Export

PLACE = "/expert/agreement"
DAYS = 30
LATEST_EXPORTS = 5
DONE = ("arrived", "erased")
PROBLEMS = ("nothing_to_export", "no_file")
KAPPAS = ((0.8, "almost_perfect"), (0.6, "substantial"), (0.4, "moderate"), (0.2, "fair"), (0.0, "slight"))
"""What a kappa is commonly called (Landis and Koch, 1977), from the best; below all of them, people disagree more than chance would."""

router = APIRouter(prefix=PLACE)


@dataclass(frozen=True)
class Standing:
    """One label: how many texts it was given, how many more a training needs, and how far people agree on it."""

    name: str
    given: int
    wanted: int
    agreement: LabelAgreement | None

    @property
    def missing(self) -> int:
        """How many are still wanted."""
        return max(0, self.wanted - self.given)


@router.get("")
def agreement(request: Request, person: Expert, done: str = "", problem: str = "", told: str = "") -> Response:
    """The page; the list of exports, which renews itself, is all that htmx gets."""
    server: Server = request.app.state.server
    taken = _exports(server)
    if HTMX in request.headers:
        return page(request, "parts/exports.html", **taken)
    now, heads, spoken = datetime.datetime.now(datetime.UTC), heads_of(server.desk), language_of(request)
    wanted = (server.desk.project.retrain if server.desk.project else Retrain()).min_per_label
    with server.database.reading() as transaction:
        found = stats(transaction, server.production.serving.model_id, now)
        progress = progress_of(transaction, person.who.name)
        pace = paces(transaction, now - datetime.timedelta(days=1))
    return page(
        request,
        "agreement.html",
        here="agreement",
        progress=progress,
        stats=found,
        paces=pace,
        heads=heads,
        wanted=wanted,
        standings={head.name: _standings(found, head, wanted) for head in heads if head.keys},
        kappa_words={head: _word(told.kappa) for head, told in found.agreement.items()},
        fewest=FEWEST,
        by_day=_by_day(server, spoken),
        can_draw=can_draw(),
        minute=int(now.timestamp() // 60),
        done=done if done in DONE else None,
        problem=problem if problem in PROBLEMS else None,
        imported=_imported(told),
        most_bytes=server.settings.max_body_bytes,
        **taken,
    )


@router.get("/chart.svg")
def chart(request: Request, person: Expert, theme: Theme = "light", width: Width = "wide") -> Response:
    """How many answers each day brought."""
    server: Server = request.app.state.server
    spoken = language_of(request)
    days, counts = _by_day(server, spoken)
    return chart_answer(stacked_chart(counts, days, datetime.timedelta(days=1), spoken.text("overview.other_labels"), Look(theme, width)))


def _by_day(server: Server, spoken: Language) -> tuple[list[datetime.datetime], Mapping[str, list[int]]]:
    main = server.desk.labels.main
    days = Window.last(hours=24 * DAYS).steps("day")
    with server.database.reading() as transaction:
        counts = answers_by_day(transaction, main, days)
    return days, counts if main else {spoken.text("agreement.all_labels"): list(each) for each in counts.values()}


def _standings(found: Stats, head: ShownHead, wanted: int) -> list[Standing]:
    counts, agreed = found.labels.get(head.name, {}), found.agreement.get(head.name)
    return [Standing(label, counts.get(label, 0), wanted, agreed.labels.get(label) if agreed else None) for label in head.keys]


def _word(kappa: float | None) -> str:
    return "unknown" if kappa is None else next((word for least, word in KAPPAS if kappa > least), "poor")


def _exports(server: Server) -> dict[str, Any]:
    with server.database.reading() as transaction:
        latest = transaction.scalars(select(Export).order_by(Export.id.desc()).limit(LATEST_EXPORTS)).all()
        return {"exports": latest, "new": exports.count_new(transaction)}


def _imported(told: str) -> list[int] | None:
    """What became of rows that were brought in: settled, waiting, known, different."""
    numbers = [int(each) for each in told.split("-") if each.isdecimal() and len(each) < 10]
    return numbers if len(numbers) == 4 else None
