"""`/expert/labeling`: one text, one answer, the next text. A script does it without a pause; without scripts, a form does."""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData

from sayso.server.access.guard import Guard
from sayso.server.access.sessions import Person
from sayso.server.api.labeling import tell_langfuse
from sayso.server.api.labeling_forms import LONGEST_NOTE, Reason
from sayso.server.labeling import opinions, queue
from sayso.server.labeling.guide import guide
from sayso.server.labeling.items import OPEN, find_item
from sayso.server.pages.desk import answers_in, heads_of, is_single, progress_of, read_form
from sayso.server.pages.language import Language, language_of
from sayso.server.pages.page import PLAIN, page, redirect
from sayso.server.pages.visitor import Expert
from sayso.server.problems import Problem
from sayso.server.state import Server
from sayso.server.store.tables import Item

PLACE = "/expert/labeling"
REASONS = get_args(Reason)
DONE = ("labelled", "skipped", "undone")
TOLD = ("already_labelled", "stale_lease", "nothing_to_undo", "not_found", "settled", "nothing_said")
"""What may go wrong for nobody's fault: told above the next text."""
SCRIPT_TEXTS = "desk."

router = APIRouter(prefix=PLACE)


@dataclass(frozen=True)
class Filter:
    """Which texts a person wants to see, as the page's address has it."""

    words: Annotated[str, Query(max_length=200)] = ""
    reason: str = ""
    head: str = ""
    label: str = ""

    @property
    def wanted(self) -> queue.Wanted:
        """The same as the queue knows it."""
        reason = self.reason if self.reason in REASONS else None
        return queue.Wanted(OPEN, self.head or None, self.label or None, reason, self.words.strip() or None)

    @property
    def given(self) -> dict[str, str]:
        """What of it is set."""
        return {name: value for name, value in vars(self).items() if value}


@router.get("")
def labeling(
    request: Request,
    person: Expert,
    wanted: Annotated[Filter, Depends()],
    plain: bool = False,
    item: int = 0,
    done: str = "",
    problem: str = "",
) -> Response:
    """The page: empty, for the script to fill; or with the next text in it, if it must do without."""
    server: Server = request.app.state.server
    spoken, heads, who = language_of(request), heads_of(server.desk), person.who.name
    with server.database.writing() if plain else server.database.reading() as transaction:
        shown = _next(transaction, server, who, wanted, item) if plain else None
        told = guide(transaction, server.desk.labels, server.desk.project)
        progress = progress_of(transaction, who)
    return page(
        request,
        "labeling.html",
        here="labeling",
        plain=plain,
        item=shown,
        heads=heads,
        single=is_single(heads),
        many=any(head.has_more_than_keys for head in heads),
        guide=told,
        progress=progress,
        desk=None if plain else _for_scripts(server, person, spoken, progress),
        wanted=wanted,
        narrowed=bool(wanted.given),
        reasons=REASONS,
        query=_query(wanted, plain="1"),
        key=secrets.token_hex(8),
        longest=LONGEST_NOTE,
        done=done if done in DONE else None,
        problem=spoken.text(f"problem.{problem}") if problem in TOLD else None,
    )


@router.post("")
def answer(
    request: Request,
    person: Expert,
    wanted: Annotated[Filter, Depends()],
    form: Annotated[FormData, Depends(read_form)],
    item: Annotated[int, Form()] = 0,
    do: Annotated[str, Form()] = "label",
    notes: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
    key: Annotated[str | None, Form(max_length=100)] = None,
) -> Response:
    """Take what a form without scripts says, and go on to the next text."""
    server: Server = request.app.state.server
    try:
        if do == "skip":
            with server.database.writing() as transaction:
                opinions.skip(transaction, person.who.name, item)
            return _onwards(wanted, done="skipped")
        if do == "undo":
            with server.database.writing() as transaction:
                undone = opinions.undo(transaction, person.who.name)
            return _onwards(wanted, done="undone", item=str(undone.item_id))
        given = answers_in(form, server.desk.labels)
        if not given:
            return _onwards(wanted, problem="nothing_said", item=str(item))
        said = server.desk.answer(None, given)
        with server.database.writing() as transaction:
            outcome = opinions.give(transaction, person.who.name, item, said, notes, key)
    except Problem as problem:
        if problem.code not in TOLD:
            raise
        return _onwards(wanted, problem=problem.code)
    tell_langfuse(server, outcome)
    return _onwards(wanted, done="labelled")


@router.get("/state")
async def state(request: Request) -> Response:
    """Who is logged in, the word for their requests, and how much is left: for the script, which keeps nobody logged in by asking."""
    server: Server = request.app.state.server
    guard: Guard = server.guard
    person = await guard.person_watching(request)
    if person is None or not person.who.may("expert"):
        raise Problem(401, "unauthorized", "log in again")
    with server.database.reading() as transaction:
        progress = progress_of(transaction, person.who.name)
    return JSONResponse({"name": person.who.name, "csrf": person.csrf, **progress}, headers=PLAIN)


def _next(transaction: Any, server: Server, who: str, wanted: Filter, item: int) -> Item | None:
    """The text to show: the one that was asked for, if it is open; else the next."""
    if item:
        found = find_item(transaction, item)
        if found.state == OPEN and queue.is_free_for(transaction, found, who, datetime.datetime.now(datetime.UTC)):
            return found
    return next(iter(queue.take(transaction, who, 1, server.desk.lease, wanted.wanted)), None)


def _for_scripts(server: Server, person: Person, spoken: Language, progress: dict[str, int]) -> dict[str, Any]:
    heads = [{"name": name, "type": head.type, "labels": head.labels} for name, head in server.desk.labels.heads.items()]
    texts = {key: text for key, text in spoken.texts.items() if key.startswith(SCRIPT_TEXTS)}
    lease = server.desk.lease.total_seconds()
    return {"name": person.who.name, "csrf": person.csrf, "heads": heads, "texts": texts, "progress": progress, "lease_seconds": lease}


def _onwards(wanted: Filter, **told: str) -> Response:
    return redirect(PLACE + _query(wanted, plain="1", **told))


def _query(wanted: Filter, **more: str) -> str:
    return f"?{urlencode({**wanted.given, **more})}"
