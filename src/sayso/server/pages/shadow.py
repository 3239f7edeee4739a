"""`/models/shadow`: the candidate beside production, a part of the models page that renews itself; and the page that ends it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from sayso.errors import SaysoError
from sayso.registry import Switch, remove_alias
from sayso.server.answering.candidate import SHADOW
from sayso.server.audit import record
from sayso.server.pages.beside import beside_production
from sayso.server.pages.models import Model, read_model, registry_of
from sayso.server.pages.page import HTMX, page, redirect
from sayso.server.pages.switching import LONGEST_REASON, Reason
from sayso.server.pages.visitor import Admin, Expert
from sayso.server.problems import Problem
from sayso.server.state import Server

router = APIRouter(prefix="/models")


@router.get("/shadow")
def shadow(request: Request, person: Expert) -> Response:
    """The comparison alone, for htmx; everybody else finds it on the models page."""
    if HTMX not in request.headers:
        return redirect("/models")
    return page(request, "parts/shadow.html", beside=beside_production(request.app.state.server))


@router.get("/{name}/shadow/end")
def ask_to_end(request: Request, person: Admin, name: str) -> Response:
    """What ending the candidate will do."""
    return _ask(request, *_running(request, name))


@router.post("/{name}/shadow/end")
def end(request: Request, person: Admin, name: str, why: Reason, version: Annotated[int, Form()]) -> Response:
    """Take the alias away."""
    server: Server = request.app.state.server
    model, alias = _running(request, name)
    if not (why := " ".join(why.split())):
        return _ask(request, model, alias, problem="reason")
    if alias.after != version:
        return _ask(request, model, alias, problem="meanwhile", why=why)
    try:
        switch = remove_alias(model.folder, SHADOW, why=f"{why} ({person.who.name})")
    except SaysoError:
        raise _nothing_runs(name) from None
    with server.database.writing() as transaction:
        record(transaction, person.who, "model.unalias", f"{name}@{SHADOW}", **{"from": switch.before}, id=switch.id, why=why)
    server.shadow.candidate.look()
    return redirect("/models", done="ended")


def _running(request: Request, name: str) -> tuple[Model, Switch]:
    """The model, and the switch that made a version of it the candidate; a Problem if there is none."""
    server: Server = request.app.state.server
    model = read_model(registry_of(server.settings), name)
    if SHADOW not in model.aliases:
        raise _nothing_runs(name)
    return model, model.aliases[SHADOW]


def _nothing_runs(name: str) -> Problem:
    return Problem(404, "not_found", f"no version of {name} has the alias {SHADOW}")


def _ask(request: Request, model: Model, alias: Switch, problem: str | None = None, why: str = "") -> Response:
    status = {"meanwhile": 409, "reason": 422}.get(problem or "", 200)
    return page(request, "end.html", status=status, name=model.name, number=alias.after, longest=LONGEST_REASON, problem=problem, why=why)
