"""`/tokens`: who may ask and log in. A token is shown once, when it is made."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from sayso.errors import UsageError
from sayso.server.access.roles import ROLES
from sayso.server.access.tokens import create_token, list_tokens, parse_duration, revoke_token, who_has
from sayso.server.pages.page import page, redirect
from sayso.server.pages.visitor import Admin
from sayso.server.problems import Problem
from sayso.server.state import Server
from sayso.server.store.tables import Token

LIFETIMES = ("", "30d", "90d", "1y")
"""What may be chosen; nothing is for ever."""

router = APIRouter(prefix="/tokens")


@router.get("")
def tokens(request: Request, person: Admin, done: str = "") -> Response:
    """All tokens that were ever made."""
    return _page(request, revoked=done == "revoked")


@router.post("")
def create(
    request: Request,
    person: Admin,
    name: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    expires: Annotated[str, Form()] = "",
) -> Response:
    """Make a token, and show it this once."""
    server: Server = request.app.state.server
    try:
        lifetime = parse_duration(expires) if expires else None
        with server.database.writing() as transaction:
            made = create_token(transaction, role, name, lifetime, by=person.who)
    except UsageError as error:
        return _page(request, status=422, problem=str(error), name=name, role=role, expires=expires)
    return _page(request, made=made, name=name.strip())


@router.get("/{identity}/revoke")
def ask_to_revoke(request: Request, person: Admin, identity: str) -> Response:
    """What revoking a token will do."""
    server: Server = request.app.state.server
    with server.database.reading() as transaction:
        token = transaction.get(Token, identity)
    if token is None or who_has(token) is None:
        raise Problem(404, "not_found", f"there is no valid token {identity!r}")
    return page(request, "revoke.html", token=token)


@router.post("/{identity}/revoke")
def revoke(request: Request, person: Admin, identity: str) -> Response:
    """Make a token worthless."""
    server: Server = request.app.state.server
    with server.database.writing() as transaction:
        revoke_token(transaction, identity, by=person.who)
    return redirect("/tokens", done="revoked")


def _page(request: Request, *, status: int = 200, made: str | None = None, revoked: bool = False, **values: Any) -> Response:
    server: Server = request.app.state.server
    with server.database.reading() as transaction:
        found = [(token, _state(token)) for token in list_tokens(transaction)]
    given = {"name": "", "role": "app", "expires": "90d", "problem": None} | values
    return page(request, "tokens.html", status=status, tokens=found, roles=ROLES, lifetimes=LIFETIMES, made=made, revoked=revoked, **given)


def _state(token: Token) -> str:
    if token.revoked_at is not None:
        return "revoked"
    expired = token.expires_at is not None and token.expires_at <= datetime.datetime.now(datetime.UTC)
    return "expired" if expired else "valid"
