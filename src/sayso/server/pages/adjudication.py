"""`/expert/disputes`: a text of which two people say different things; who has read both decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session as Transaction
from starlette.datastructures import FormData

from sayso.server.api.labeling_forms import LONGEST_NOTE
from sayso.server.labeling import disputes
from sayso.server.labeling.disputes import Dispute
from sayso.server.labeling.guide import guide
from sayso.server.labeling.items import find_item
from sayso.server.labeling.opinions import opinions_of
from sayso.server.pages.desk import answers_in, heads_of, is_single, progress_of, read_form
from sayso.server.pages.language import language_of
from sayso.server.pages.page import page, redirect
from sayso.server.pages.visitor import Expert
from sayso.server.problems import Problem
from sayso.server.state import Server

PLACE = "/expert/disputes"
TOLD = ("not_disputed", "not_found", "nothing_said")

router = APIRouter(prefix=PLACE)


@router.get("")
def dispute(request: Request, person: Expert, at: int = 1, item: int = 0, settled: int = 0, problem: str = "") -> Response:
    """One dispute, of how many it is which; or the item that was settled a moment ago, to settle it otherwise."""
    server: Server = request.app.state.server
    heads, who, labels = heads_of(server.desk), person.who.name, server.desk.labels
    with server.database.reading() as transaction:
        found, at, total = _found(transaction, at, item)
        told = guide(transaction, labels, server.desk.project)
        progress = progress_of(transaction, who)
    return page(
        request,
        "disputes.html",
        here="disputes",
        dispute=found,
        at=at,
        total=total,
        agreed=_agreed(found) if found else {},
        is_party=found is not None and who in {opinion.who for opinion in found.opinions},
        heads=heads,
        single=is_single(heads),
        guide=told,
        progress=progress,
        settled=settled,
        longest=LONGEST_NOTE,
        problem=language_of(request).text(f"problem.{problem}") if problem in TOLD else None,
    )


@router.post("")
def decide(
    request: Request,
    person: Expert,
    form: Annotated[FormData, Depends(read_form)],
    item: Annotated[int, Form()],
    at: Annotated[int, Form()] = 1,
    notes: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
) -> Response:
    """Settle a dispute, and go on to the next."""
    server: Server = request.app.state.server
    given = answers_in(form, server.desk.labels)
    if not given:
        return redirect(PLACE, at=str(at), problem="nothing_said")
    answer = server.desk.answer(None, given)
    try:
        with server.database.writing() as transaction:
            disputes.adjudicate(transaction, person.who.name, item, answer, notes)
    except Problem as problem:
        if problem.code not in TOLD:
            raise
        return redirect(PLACE, at=str(at), problem=problem.code)
    return redirect(PLACE, at=str(at), settled=str(item))


def _found(transaction: Transaction, at: int, item: int) -> tuple[Dispute | None, int, int]:
    """The dispute, its number among all, and how many there are."""
    if item:
        return Dispute(find_item(transaction, item), opinions_of(transaction, item)), at, disputes.disputed(transaction, 1, 1)[1]
    total = disputes.disputed(transaction, 1, 1)[1]
    at = max(1, min(at, total))
    found, _ = disputes.disputed(transaction, at, 1)
    return (found[0] if found else None), at, total


def _agreed(dispute: Dispute) -> Mapping[str, Any]:
    """What both say the same of already, or what was decided before."""
    if dispute.item.answer:
        return dispute.item.answer
    first, *others = [opinion.answer for opinion in dispute.opinions] or [{}]
    return {head: value for head, value in first.items() if all(other.get(head) == value for other in others)}
