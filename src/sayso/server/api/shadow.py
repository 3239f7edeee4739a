"""`/v1/shadow`: how the candidate that runs beside production compares with it."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from sayso.server.access.guard import allow
from sayso.server.access.roles import Who
from sayso.server.answering.candidate import State
from sayso.server.api.forms import Form, ModelInfo, refusals
from sayso.server.monitoring.comparison import Comparison
from sayso.server.state import Server

router = APIRouter(prefix="/v1", tags=["Operations"])
Expert = Annotated[Who, Depends(allow("expert"))]


class Both(Form):
    """A figure of both models."""

    production: float
    candidate: float


class Differing(Form):
    """What one says where the other says something else, how often, and which share of all that is."""

    production: str
    candidate: str
    answers: int
    share: float


class Beside(Form):
    """Which model runs beside which, and how their answers to the same texts compare: `agreement` is the share with the same label."""

    state: State
    problem: str | None
    source: str | None
    share: float
    production: ModelInfo
    candidate: ModelInfo | None
    since: datetime.datetime | None
    answers: int
    agreement: float | None
    low: float | None
    high: float | None
    confidence: Both | None
    milliseconds: Both | None
    differences: list[Differing]


@router.get("/shadow", responses=refusals(401, 403, 503))
def shadow(request: Request, who: Expert) -> Beside:
    """The model that runs beside production, if there is one, and what it would have answered."""
    server: Server = request.app.state.server
    candidate = server.shadow.candidate
    told = asdict(server.shadow.comparison() or Comparison())
    return Beside(
        state=candidate.state,
        problem=server.shadow.problem,
        source=candidate.source,
        share=server.settings.shadow_share,
        production=ModelInfo.of(server.production.serving),
        candidate=ModelInfo.of(candidate.serving) if candidate.serving else None,
        **told,
    )
