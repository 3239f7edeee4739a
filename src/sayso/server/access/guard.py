"""A request -> Who sent it, or the refusal: 401 without a valid token or session, 403 for a role that may not."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from sayso.server.access.roles import Role, Who
from sayso.server.access.sessions import COOKIE, Person, find_session, is_worth_noting, note_use
from sayso.server.access.tokens import find_token
from sayso.server.problems import Problem
from sayso.server.store.tables import Session

if TYPE_CHECKING:
    from sayso.server.state import Server

SECONDS_REMEMBERED = 2.0
"""So long a token is not looked up again: what is revoked or expires is refused after that."""
MOST_REMEMBERED = 10_000
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
CSRF_HEADER, CSRF_FIELD = "x-csrf-token", "csrf"


class Guard:
    """Knows who shows a token; remembers it for a moment, so that a busy program does not ask the database each time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._remembered: dict[str, tuple[float, Who | None]] = {}

    async def who_shows(self, token: str) -> Who | None:
        """The owner of a token."""
        known = self._remembered.get(token)
        if known and time.monotonic() - known[0] < SECONDS_REMEMBERED:
            return known[1]
        who = await run_in_threadpool(self._look_up, token)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[token] = (time.monotonic(), who)
        return who

    async def person_at(self, request: Request) -> Person | None:
        """Who is logged in with the request's cookie."""
        secret = request.cookies.get(COOKIE)
        return await run_in_threadpool(self._person, secret) if secret else None

    async def person_watching(self, request: Request) -> Person | None:
        """The same for what a page asks of its own accord: it keeps nobody logged in who has gone away."""
        secret = request.cookies.get(COOKIE)
        found = await run_in_threadpool(self._session, secret) if secret else None
        return found[1] if found else None

    def _look_up(self, token: str) -> Who | None:
        with self._server.database.reading() as transaction:
            return find_token(transaction, token)

    def _session(self, secret: str) -> tuple[Session, Person] | None:
        with self._server.database.reading() as transaction:
            return find_session(transaction, secret, self._server.settings)

    def _person(self, secret: str) -> Person | None:
        found = self._session(secret)
        if found and is_worth_noting(found[0]):
            with self._server.database.writing() as transaction:
                note_use(transaction, found[0])
        return found[1] if found else None


def allow(role: Role) -> Callable[[Request], Coroutine[Any, Any, Who]]:
    """A dependency that gives who asks, if that is the role or one that includes it."""

    async def who(request: Request) -> Who:
        found = await _who_asks(request)
        if not found.may(role):
            raise Problem(403, "forbidden", f"this takes the role {role}; this token's is {found.role}")
        return found

    return who


async def _who_asks(request: Request) -> Who:
    guard: Guard = request.app.state.server.guard
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        who = await guard.who_shows(token.strip())
        if who is None:
            raise _unauthorized("this token is not valid: it is mistyped, expired or revoked")
        return who
    person = await guard.person_at(request)
    if person is None:
        raise _unauthorized("show a token (Authorization: Bearer …), or log in at /login")
    if request.method in CHANGING:
        await check_csrf(request, person)
    return person.who


async def check_csrf(request: Request, person: Person) -> None:
    """A page's request that changes something must show the word that only our own pages know."""
    shown = request.headers.get(CSRF_HEADER)
    if shown is None and "form" in request.headers.get("content-type", ""):
        shown = str((await request.form()).get(CSRF_FIELD, ""))
    if not hmac.compare_digest((shown or "").encode(), person.csrf.encode()):
        raise Problem(403, "csrf", "this did not come from one of our own pages, or the page is too old; reload it and try again")


def _unauthorized(message: str) -> Problem:
    return Problem(401, "unauthorized", message, {"WWW-Authenticate": "Bearer"})
