"""`/expert/guide`: what each label means, read beside the text that is labelled, and written there by those who label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from pydantic import ValidationError

from sayso.artifacts import digest_of
from sayso.server.api.labeling import edit_guide
from sayso.server.api.labeling_forms import GuideChange
from sayso.server.labeling.guide import Guide, LabelGuide, guide
from sayso.server.pages.desk import ShownHead, heads_of
from sayso.server.pages.page import HTMX, page, redirect
from sayso.server.pages.visitor import Expert
from sayso.server.problems import Problem
from sayso.server.state import Server

router = APIRouter(prefix="/expert/guide")


@router.get("")
def form(request: Request, person: Expert, head: str = "", label: str = "") -> Response:
    """The form in which one writes what a label means: in the place of what it says, or on a page of its own."""
    if not head:
        return redirect("/expert/labeling")  # from a log-in, which has forgotten what was asked for
    shown, now = _entry(request, head, label)
    return _form(request, shown, label, now, now)


@router.get("/entry")
def entry(request: Request, person: Expert, head: str, label: str) -> Response:
    """What a label means."""
    shown, now = _entry(request, head, label)
    return page(request, "parts/entry_alone.html", head=shown, label=label, told=now)


@router.get("/entries")
def entries(request: Request, person: Expert) -> Response:
    """The whole guide, which a page asks for again and again while somebody labels beside it."""
    return page(request, "parts/guide.html", heads=_heads(request), guide=_guide(request))


@router.post("")
def write(
    request: Request,
    person: Expert,
    head: Annotated[str, Form()],
    label: Annotated[str, Form()],
    before: Annotated[str, Form()] = "",
    definition: Annotated[str, Form()] = "",
    tie_breakers: Annotated[str, Form()] = "",
    examples: Annotated[str, Form()] = "",
) -> Response:
    """Write what a label means, for all who label; not over what somebody else wrote meanwhile."""
    shown, now = _entry(request, head, label)
    given = {"definition": definition.replace("\r\n", "\n").strip(), "tie_breakers": _lines(tie_breakers), "examples": _lines(examples)}
    try:
        change = GuideChange.model_validate(given)
    except ValidationError as error:
        raise Problem(422, "invalid", f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from None
    if before != _digest(now):
        meant = LabelGuide(change.definition, tuple(change.examples), tuple(change.tie_breakers))
        return _form(request, shown, label, meant, now, problem=True)
    edit_guide(head, label, change, request, person.who)
    return entry(request, person, head, label) if HTMX in request.headers else redirect("/expert/labeling")


def _form(request: Request, head: ShownHead, label: str, told: LabelGuide, now: LabelGuide, *, problem: bool = False) -> Response:
    template = "parts/entry_form.html" if HTMX in request.headers else "guide.html"
    values: dict[str, Any] = {"head": head, "label": label, "told": told, "now": now, "before": _digest(now)}
    return page(request, template, status=409 if problem else 200, problem=problem, **values)


def _entry(request: Request, head: str, label: str) -> tuple[ShownHead, LabelGuide]:
    found = next((each for each in _heads(request) if each.name == head and label in each.keys), None)
    if found is None:
        raise Problem(404, "not_found", f"{label!r} is no label of {head!r}")
    return found, _guide(request)[head][label]


def _heads(request: Request) -> Sequence[ShownHead]:
    server: Server = request.app.state.server
    return heads_of(server.desk)


def _guide(request: Request) -> Guide:
    server: Server = request.app.state.server
    with server.database.reading() as transaction:
        return guide(transaction, server.desk.labels, server.desk.project)


def _digest(told: LabelGuide) -> str:
    """By this one sees whether somebody else has written meanwhile."""
    return digest_of([told.definition, list(told.examples), list(told.tie_breakers)])


def _lines(text: str) -> list[str]:
    return [line for each in text.splitlines() if (line := " ".join(each.split()))]
