"""A request for a page -> the person who asks, sent to the log-in first if there is none."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request

from sayso.server.access.guard import CHANGING, Guard, check_csrf
from sayso.server.access.roles import Role
from sayso.server.access.sessions import Person
from sayso.server.pages.page import HTMX
from sayso.server.problems import Problem


def visit(role: Role) -> Callable[[Request], Coroutine[Any, Any, Person]]:
    """A dependency that gives who is logged in, if that is the role or one that includes it."""

    async def visitor(request: Request) -> Person:
        guard: Guard = request.app.state.server.guard
        person = await (guard.person_at(request) if _is_by_hand(request) else guard.person_watching(request))
        if person is None:
            raise _to_log_in(request)
        request.state.person = person
        if request.method in CHANGING:
            await check_csrf(request, person)
        if not person.who.may(role):
            raise Problem(403, "forbidden", f"this takes the role {role}; yours is {person.who.role}")
        return person

    return visitor


Anybody = Annotated[Person, Depends(visit("app"))]
Expert = Annotated[Person, Depends(visit("expert"))]
Admin = Annotated[Person, Depends(visit("admin"))]


def _is_by_hand(request: Request) -> bool:
    """Whether a person asked, rather than a page that renews itself or one of its images."""
    return request.method in CHANGING or (HTMX not in request.headers and "text/html" in request.headers.get("accept", ""))


def _to_log_in(request: Request) -> Problem:
    """The way to the log-in page and from there back to what was asked for."""
    query = f"?{request.url.query}" if request.url.query and request.method == "GET" and HTMX not in request.headers else ""
    target = f"/login?next={quote(request.url.path + query, safe='/')}"
    if HTMX in request.headers:
        return Problem(401, "unauthorized", "log in again", {"HX-Redirect": target})
    return Problem(303, "unauthorized", "log in first", {"Location": target})
