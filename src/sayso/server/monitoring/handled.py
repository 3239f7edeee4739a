"""ASGI middleware: every request -> Handled, which is told to those who watch once the answer is out."""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from sayso.server.answering.queue import Answer
    from sayso.server.state import Server

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
GONE = 499
"""The status of a request whose client went away before there was an answer."""
OTHER = "other"
"""A method or path that there is not (a stranger could make up any number of them), or a request refused before it was looked up."""
_answered: ContextVar[list[ModelAnswer]] = ContextVar("answered")


@dataclass(frozen=True)
class ModelAnswer:
    """What the model said within a request, and when (nanoseconds since 1970)."""

    answer: Answer
    ended_ns: int


@dataclass(frozen=True)
class Handled:
    """A request that is over. `path` is that of the route; `seconds` run from when it had arrived whole."""

    request_id: str
    method: str
    path: str
    status: int
    seconds: float
    ended_ns: int
    headers: Headers
    answer: ModelAnswer | None


def remember(answer: Answer, request_id: str) -> None:
    """An observer of answers: notes what the model said for the request that is being handled."""
    if (answered := _answered.get(None)) is not None:
        answered.append(ModelAnswer(answer, time.time_ns()))


class Watched:
    """Wraps the application, and whatever refuses requests for it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the start and end of the server."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), GONE
        answered: list[ModelAnswer] = []
        _answered.set(answered)

        async def receive_and_note() -> Message:
            nonlocal started
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                started = time.perf_counter()
            return message

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive_and_note, send_and_note)
        except Exception:
            status = 500
            raise
        finally:
            server: Server = scope["app"].state.server
            server.monitoring.tell(
                Handled(
                    request_id=scope.get("state", {}).get("request_id", ""),
                    method=scope["method"] if scope["method"] in METHODS else OTHER,
                    path=_route(scope),
                    status=status,
                    seconds=time.perf_counter() - started,
                    ended_ns=time.time_ns(),
                    headers=Headers(scope=scope),
                    answer=answered[-1] if answered else None,
                )
            )


def _route(scope: Scope) -> str:
    """The path of the route, `/models/{version}` and not `/models/17`, or of the folder of files."""
    route = scope.get("route")
    return str(route.path) if route is not None else scope.get("root_path") or OTHER
