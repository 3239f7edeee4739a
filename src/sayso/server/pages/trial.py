"""`/try`: a text, and what the model and the rules say of it, as it is typed. It counts in no statistics and is kept nowhere."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.concurrency import run_in_threadpool

from sayso.runtime.estimate import Estimate
from sayso.runtime.prediction import ChoiceResult, HeadResult, ScoreResult, SpansResult, TagsResult
from sayso.server.answering.queue import Answer
from sayso.server.pages.page import HTMX, page
from sayso.server.pages.visitor import Expert
from sayso.server.problems import Problem
from sayso.server.state import Server

router = APIRouter(prefix="/try")

KINDS: dict[type[HeadResult], str] = {ChoiceResult: "choice", TagsResult: "tags", ScoreResult: "score", SpansResult: "spans"}


@router.get("")
def empty(request: Request, person: Expert) -> Response:
    """The page before anything is typed."""
    return _page(request, "try.html")


@router.post("")
async def answered(request: Request, person: Expert, text: Annotated[str, Form()] = "") -> Response:
    """What is said of the text: the whole page, or for htmx the answer alone."""
    server: Server = request.app.state.server
    template = "parts/answer.html" if HTMX in request.headers else "try.html"
    if len(text) > server.settings.max_text_chars:
        raise Problem(413, "too_long", f"the text has {len(text)} characters; {server.settings.max_text_chars} is the most")
    if not text.strip():
        return _page(request, template)
    answer = await server.queue.ask([text], server.settings.answer_seconds)
    estimate = await run_in_threadpool(server.estimator.estimate, text)
    return _page(request, template, text, answer, estimate)


def _page(request: Request, template: str, text: str = "", answer: Answer | None = None, estimate: Estimate | None = None) -> Response:
    server: Server = request.app.state.server
    heads = answer.predictions[0].heads if answer else {}
    kinds = {name: KINDS[type(head)] for name, head in heads.items()}
    return page(request, template, text=text, answer=answer, estimate=estimate, kinds=kinds, longest=server.settings.max_text_chars)
