"""Promote and roll back: a page that says what will happen and asks why, then the switch itself, noted in the audit log."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Form, Request, Response

from sayso.errors import SaysoError
from sayso.registry import Switch, Version, promote, rollback
from sayso.registry.places import PRODUCTION, check_alias
from sayso.server.access.sessions import Person
from sayso.server.answering.candidate import SHADOW
from sayso.server.audit import record
from sayso.server.pages.beside import governed
from sayso.server.pages.models import Model, read_model, registry_of, served_alias
from sayso.server.pages.page import page, redirect
from sayso.server.pages.visitor import Admin
from sayso.server.problems import Problem
from sayso.server.state import Server

Kind = Literal["promote", "rollback"]
LONGEST_REASON = 500
DONE: dict[Kind, str] = {"promote": "promoted", "rollback": "rolled_back"}

Reason = Annotated[str, Form(max_length=LONGEST_REASON)]
Shown = Annotated[int, Form()]
"""From which version (0: none) and to which the switch was when the person was asked: if it is another one, they are asked again."""

log = structlog.get_logger("sayso.server")
router = APIRouter(prefix="/models/{name}")


@router.get("/{number}/promote")
def ask_to_promote(request: Request, person: Admin, name: str, number: int, alias: str = PRODUCTION) -> Response:
    """What pointing an alias at this version will do."""
    model = _model(request, name)
    check_alias(alias)
    return _ask(request, "promote", model, alias, model.version(number))


@router.post("/{number}/promote")
def promote_version(
    request: Request, person: Admin, name: str, number: int, why: Reason, before: Shown, alias: Annotated[str, Form()] = PRODUCTION
) -> Response:
    """Point the alias at this version."""
    model = _model(request, name)
    check_alias(alias)
    return _switch(request, person, "promote", model, alias, model.version(number), why, (before, number))


@router.get("/rollback")
def ask_to_roll_back(request: Request, person: Admin, name: str, alias: str = PRODUCTION) -> Response:
    """What putting an alias back will do."""
    model = _model(request, name)
    return _ask(request, "rollback", model, alias, _version_before(model, alias))


@router.post("/rollback")
def roll_back(
    request: Request, person: Admin, name: str, why: Reason, before: Shown, to: Shown, alias: Annotated[str, Form()] = PRODUCTION
) -> Response:
    """Put the alias back to the version before."""
    model = _model(request, name)
    return _switch(request, person, "rollback", model, alias, _version_before(model, alias), why, (before, to))


def _switch(
    request: Request, person: Person, kind: Kind, model: Model, alias: str, to: Version, why: str, shown: tuple[int, int]
) -> Response:
    server: Server = request.app.state.server
    if not (why := " ".join(why.split())):
        return _ask(request, kind, model, alias, to, problem="reason")
    if shown != (_points_at(model, alias), to.number):
        return _ask(request, kind, model, alias, to, problem="meanwhile", why=why)
    try:
        switch = _made(kind, model, alias, to, f"{why} ({person.who.name})")
    except SaysoError as error:
        log.warning("switch_refused", model=str(to), alias=alias, reason=str(error))
        return _ask(request, kind, model, alias, to, problem="refused", why=why, told=str(error))
    if switch is None:
        return redirect("/models", done="unchanged")
    with server.database.writing() as transaction:
        ends = {"from": switch.before, "to": switch.after}
        record(transaction, person.who, f"model.{kind}", f"{model.name}@{alias}", **ends, id=switch.id, why=why)
    server.production.look()
    server.shadow.candidate.look()
    return redirect("/models", done="beside" if _runs_beside(server, kind, model, alias) else DONE[kind])


def _made(kind: Kind, model: Model, alias: str, to: Version, why: str) -> Switch | None:
    return promote(to, alias, why=why) if kind == "promote" else rollback(model.folder, alias, to=to, why=why)


def _ask(request: Request, kind: Kind, model: Model, alias: str, to: Version, problem: str | None = None, **given: str) -> Response:
    server: Server = request.app.state.server
    before, beside = _points_at(model, alias), _runs_beside(server, kind, model, alias)
    known = _points_at(model, PRODUCTION) if beside else before
    values: dict[str, Any] = {"why": given.get("why", ""), "told": given.get("told", "")}
    return page(
        request,
        "switch.html",
        status={"meanwhile": 409, "refused": 409, "reason": 422}.get(problem or "", 200),
        kind="beside" if beside else kind,
        share=server.settings.shadow_share,
        model=model,
        alias=alias,
        before=before,
        known=model.version(known) if known else None,
        to=to,
        serves=served_alias(server) == (model.name, alias),
        serving=server.production.serving,
        longest=LONGEST_REASON,
        problem=problem,
        **values,
    )


def _runs_beside(server: Server, kind: Kind, model: Model, alias: str) -> bool:
    """Whether this makes a version the candidate that runs beside production here."""
    return kind == "promote" and alias == SHADOW and governed(server) == model.name


def _model(request: Request, name: str) -> Model:
    server: Server = request.app.state.server
    return read_model(registry_of(server.settings), name)


def _points_at(model: Model, alias: str) -> int:
    return (model.aliases[alias].after or 0) if alias in model.aliases else 0


def _version_before(model: Model, alias: str) -> Version:
    """Where rolling the alias back leads; a Problem if nowhere."""
    number = model.before(alias)
    if number is None:
        raise Problem(409, "nothing_before", f"{alias} of {model.name} has pointed at no version before")
    return model.version(number)
