"""`POST /v1/classify` and `POST /v1/estimate`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool

from sayso.server.access.guard import allow
from sayso.server.access.roles import Who
from sayso.server.api.forms import Answers, Classified, EstimateAnswer, EstimateQuestion, ModelInfo, Question, refusals
from sayso.server.problems import Problem
from sayso.server.settings import Settings
from sayso.server.state import Server

router = APIRouter(prefix="/v1", tags=["Answers"])
App = Annotated[Who, Depends(allow("app"))]


@router.post("/classify", response_model_exclude_none=True, responses=refusals(400, 401, 403, 408, 413, 415, 422, 429, 503))
async def classify(question: Question, request: Request, who: App) -> Answers:
    """Say what a text means, or up to 256 of them. All texts of a request are answered by the same version of the model."""
    server: Server = request.app.state.server
    _check(question.all, server.settings)
    answer = await server.queue.ask(question.all, server.settings.answer_seconds)
    request_id: str = request.state.request_id
    server.observe(answer, request_id)
    predictions = [Classified.of(prediction, scores=question.scores) for prediction in answer.predictions]
    return Answers(request_id=request_id, model=ModelInfo.of(answer.serving), predictions=predictions)


@router.post("/estimate", responses=refusals(400, 401, 403, 408, 413, 415, 422, 429, 503))
async def estimate(question: EstimateQuestion, request: Request, who: App) -> EstimateAnswer:
    """Say how demanding a text is, by rules, by a model, or by both, as the settings have it."""
    server: Server = request.app.state.server
    _check([question.text], server.settings)
    found = await run_in_threadpool(server.estimator.estimate, question.text)
    if found is None:
        raise Problem(503, "disabled", "estimates are switched off in this server's settings")
    return EstimateAnswer(request_id=request.state.request_id, **found.to_dict())


def _check(texts: list[str], settings: Settings) -> None:
    """Refuse what is too much for one request."""
    if len(texts) > settings.max_texts:
        raise Problem(413, "too_many_texts", f"{len(texts)} texts are too many for one request; send at most {settings.max_texts}")
    for position, text in enumerate(texts):
        if len(text) > settings.max_text_chars:
            raise Problem(413, "too_long", f"text {position} has {len(text)} characters; {settings.max_text_chars} is the most")
