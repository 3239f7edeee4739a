"""What is answered instead of what was asked for: a status, a code for programs, a sentence for people, the request's id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from sayso.errors import SaysoError
from sayso.server.pages.refusal import refusal, wants_a_page
from sayso.server.store.database import StoreUnavailable

log = structlog.get_logger("sayso.server")


class Problem(Exception):
    """A request that is refused."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})


CODES = {404: "not_found", 405: "method_not_allowed", 406: "not_acceptable", 413: "too_large"}


def handle_problems(app: FastAPI) -> None:
    """Give every refusal and failure the same form."""

    @app.exception_handler(Problem)
    async def _refused(request: Request, problem: Problem) -> Response:
        return answer(request, problem)

    @app.exception_handler(RequestValidationError)
    async def _wrong(request: Request, error: RequestValidationError) -> Response:
        return answer(request, Problem(422, "invalid", _told(error)))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return answer(request, Problem(error.status_code, CODES.get(error.status_code, "refused"), str(error.detail), error.headers))

    @app.exception_handler(StoreUnavailable)
    async def _away(request: Request, error: StoreUnavailable) -> Response:
        log.error("store_unavailable", reason=str(error))
        return answer(request, Problem(503, "store_unavailable", "the database does not answer; try again", {"Retry-After": "5"}))

    @app.exception_handler(SaysoError)
    async def _known(request: Request, error: SaysoError) -> Response:
        return answer(request, Problem(400, "refused", str(error)))

    @app.exception_handler(Exception)
    async def _failed(request: Request, error: Exception) -> Response:
        return answer(request, Problem(500, "failed", "something went wrong here; the log tells more under this request's id"))


def answer(request: Request, problem: Problem) -> Response:
    """The refusal: a page for a person, JSON for a program."""
    if wants_a_page(request):
        return refusal(request, problem)
    identity = getattr(request.state, "request_id", None)
    body = {"error": {"code": problem.code, "message": problem.message, "request_id": identity}}
    return JSONResponse(body, status_code=problem.status, headers=problem.headers)


def _told(error: RequestValidationError) -> str:
    """The first problem, by the name of what is wrong."""
    problems: list[Any] = list(error.errors())
    first = problems[0]
    place = ".".join(str(step) for step in first["loc"] if step != "body")
    message = str(first["msg"]).removeprefix("Value error, ")
    told = f"{place}: {message}" if place else message
    return told if len(problems) == 1 else f"{told} (and {len(problems) - 1} more)"
