"""ASGI middleware: every request gets an id and a line in the log; bodies that are too large, too slow or packed are refused early."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sayso.server.problems import Problem, answer
from sayso.server.settings import Settings

REQUEST_ID = "x-request-id"
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
QUIET = ("/healthz", "/readyz", "/metrics", "/static/")
"""What is asked for so often that its success is worth no line."""
log = structlog.get_logger("sayso.server")


class Limits:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._rates = Rates(settings.rate_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the start and end of the server."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        identity = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = identity
        started, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = identity
            await send(message)

        try:
            await self._limited(scope, headers, receive, send_with_id)
        except _ClientGone:
            status = 499
        finally:
            if status >= 400 or not scope["path"].startswith(QUIET):
                milliseconds = round(1000 * (time.perf_counter() - started), 1)
                log.info("request", id=identity, method=scope["method"], path=scope["path"], status=status, ms=milliseconds)

    async def _limited(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        try:
            self._rates.count(_who(scope, headers))
            body = await self._body(headers, receive)
        except Problem as problem:
            await answer(Request(scope), problem)(scope, receive, send)
            return
        await self._app(scope, _given(body, receive), send)

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """The whole body: at most so large, within so many seconds, and not packed."""
        most = self._settings.max_body_bytes
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise Problem(415, "packed", "packed bodies are not taken; send it without Content-Encoding")
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > most:
            raise _too_large(most)
        if "content-length" not in headers and "transfer-encoding" not in headers:
            return b""
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _ClientGone
                    parts.append(message.get("body", b""))
                    if sum(map(len, parts)) > most:
                        raise _too_large(most)
                    if not message.get("more_body"):
                        return b"".join(parts)
        except TimeoutError:
            raise Problem(408, "slow", "the request's body took too long to arrive", {"Connection": "close"}) from None


class _ClientGone(Exception):
    """Nobody waits for an answer."""


@dataclass
class _Budget:
    """How many requests somebody may still make, as of a moment."""

    left: float
    at: float


class Rates:
    """So many requests a minute for each token or address; what was not used is saved for one second's burst."""

    def __init__(self, per_minute: int) -> None:
        self._per_second = per_minute / 60
        self._burst = max(1.0, self._per_second)
        self._budgets: dict[str, _Budget] = {}

    def count(self, who: str) -> None:
        """Take one request off somebody's budget; a Problem if there is none left."""
        now = time.monotonic()
        budget = self._budgets.setdefault(who, _Budget(self._burst, now))
        budget.left = min(self._burst, budget.left + (now - budget.at) * self._per_second)
        budget.at = now
        if budget.left < 1:
            wait = max(1, round((1 - budget.left) / self._per_second))
            raise Problem(429, "too_many", f"too many requests; try again in {wait} s", {"Retry-After": str(wait)})
        budget.left -= 1
        if len(self._budgets) > 10_000:
            self._forget(now)

    def _forget(self, now: float) -> None:
        """Drop those who have their whole budget back."""
        full: Iterable[str] = [who for who, budget in self._budgets.items() if (now - budget.at) * self._per_second >= self._burst]
        for who in full:
            del self._budgets[who]


def _who(scope: Scope, headers: Headers) -> str:
    """The token that is shown, valid or not, else the address."""
    client = scope.get("client")
    return headers.get("authorization") or (client[0] if client else "")


def _given(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body that has been read, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _too_large(most: int) -> Problem:
    return Problem(413, "too_large", f"the request's body is larger than {most} bytes", {"Connection": "close"})
