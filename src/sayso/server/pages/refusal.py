"""A Problem -> the page that tells a person of it; for htmx, the part of a page."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import HTMLResponse

from sayso.server.pages.language import language_of
from sayso.server.pages.page import HTMX, page

if TYPE_CHECKING:
    from sayso.server.problems import Problem

FOR_PROGRAMS = ("/v1/", "/api/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static/")


def wants_a_page(request: Request) -> bool:
    """Whether a person looks at the answer, rather than a program."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(FOR_PROGRAMS)


def refusal(request: Request, problem: Problem) -> HTMLResponse:
    """What is shown instead of what was asked for, with the request's id, by which the log knows more."""
    template = "parts/refusal.html" if HTMX in request.headers else "refusal.html"
    identity = getattr(request.state, "request_id", None)
    told = language_of(request).text_or(f"problem.{problem.code}", problem.message)
    more = problem.message if problem.message not in (told, HTTPStatus(problem.status).phrase) else None
    answer = page(request, template, status=problem.status, code=problem.status, told=told, more=more, request_id=identity)
    answer.headers.update(problem.headers)
    return answer
