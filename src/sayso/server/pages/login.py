"""`/login`, `/logout`, `/language`: a token opens a session, which its cookie stands for until it is closed."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session as Transaction

from sayso.server.access.attempts import note_failure, note_success, seconds_to_wait
from sayso.server.access.guard import Guard, check_csrf
from sayso.server.access.roles import Who
from sayso.server.access.sessions import COOKIE, close_old_sessions, close_session, open_session
from sayso.server.access.tokens import find_token
from sayso.server.audit import record
from sayso.server.pages import language
from sayso.server.pages.page import page, redirect
from sayso.server.pages.visitor import Anybody
from sayso.server.problems import Problem
from sayso.server.state import Server

OURS = re.compile(r"/(?:[\w.~%@+-][\w.~%@+/?=&:-]*)?", re.ASCII)
"""A place on this server: no `//host`, no `/\\host`, nothing that a browser leaves out and then reads as one of these."""
SECONDS_OF_LANGUAGE = 31_536_000

router = APIRouter()


@router.get("/login")
async def ask_for_token(request: Request, next: str = "/") -> Response:
    """The form, unless somebody is logged in already."""
    guard: Guard = request.app.state.server.guard
    if await guard.person_at(request):
        return redirect(local(next))
    return page(request, "login.html", next=local(next), problem=None)


@router.post("/login")
def log_in(request: Request, token: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:
    """Open a session for a token that may see pages; who fails again and again must wait."""
    _refuse_other_sites(request)
    server: Server = request.app.state.server
    address = request.client.host if request.client else ""
    with server.database.writing() as transaction:
        wait = seconds_to_wait(transaction, address)
        who = None if wait else find_token(transaction, token.strip())
        secret = _opened(request, transaction, who, server) if who and who.may("expert") else None
        if secret:
            note_success(transaction, address)
        elif not wait and who is None:
            note_failure(transaction, address)
            record(transaction, address, "login.failed", address)
    if secret is None:
        problem = "wait" if wait else "wrong" if who is None else "role"
        answer = page(request, "login.html", status=429 if wait else 403, next=local(next), problem=problem, seconds=wait)
        answer.headers.update({"Retry-After": str(wait)} if wait else {})
        return answer
    onwards = redirect(local(next))
    onwards.set_cookie(
        COOKIE,
        secret,
        max_age=3600 * server.settings.session_hours,
        path="/",
        httponly=True,
        samesite="strict",
        secure=_is_https(request),
    )
    return onwards


@router.post("/logout")
def log_out(request: Request, person: Anybody) -> Response:
    """Close the session, on the server too."""
    server: Server = request.app.state.server
    with server.database.writing() as transaction:
        close_session(transaction, request.cookies[COOKIE])
        record(transaction, person.who, "logout", person.who.token_id)
    answer = redirect("/login", done="logout")
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=_is_https(request))
    return answer


@router.post("/language")
async def choose_language(request: Request, code: Annotated[str, Form()], next: Annotated[str, Form()] = "/") -> Response:
    """Show the pages in this language from now on; nobody needs to be logged in for that."""
    guard: Guard = request.app.state.server.guard
    if person := await guard.person_at(request):
        await check_csrf(request, person)
    if code not in language.NAMES:
        raise Problem(422, "invalid", f"there are no pages in {code!r}")
    answer = redirect(local(next))
    answer.set_cookie(
        language.COOKIE,
        code,
        max_age=SECONDS_OF_LANGUAGE,
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_https(request),
    )
    return answer


def local(place: str) -> str:
    """The place, if it is on this server; else its first page."""
    return place if OURS.fullmatch(place) else "/"


def _opened(request: Request, transaction: Transaction, who: Who, server: Server) -> str:
    """A new session, in the place of the one whose cookie was still there."""
    close_old_sessions(transaction, server.settings)
    if old := request.cookies.get(COOKIE):
        close_session(transaction, old)
    secret, _ = open_session(transaction, who)
    record(transaction, who, "login", who.token_id)
    return secret


def _refuse_other_sites(request: Request) -> None:
    """Nobody may be logged in, by a form on another site, as somebody else."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Problem(403, "csrf", "this log-in did not come from our own page")


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
