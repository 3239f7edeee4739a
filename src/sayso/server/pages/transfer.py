"""`/expert/export`, `/expert/import` and `/expert/erase`: what the API does with labels, for an admin with a browser."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response, UploadFile

from sayso.labeling.files import Dialect
from sayso.server.api import labeling_transfer as api
from sayso.server.api.labeling_forms import Erase
from sayso.server.labeling.items import find_by_text, find_item
from sayso.server.labeling.opinions import opinions_of
from sayso.server.pages.agreement import PLACE
from sayso.server.pages.page import page, redirect
from sayso.server.pages.visitor import Admin
from sayso.server.problems import Problem
from sayso.server.state import Server

LONGEST_TEXT = 20_000

router = APIRouter(prefix="/expert")


@router.get("/export")
def export(
    request: Request, person: Admin, format: api.Format = "jsonl", dialect: Dialect = "label", since: Literal["last", ""] = ""
) -> Response:
    """The labels as a file."""
    try:
        return api.export(request, person.who, format, dialect, since or None)
    except Problem as problem:
        if problem.code != "nothing_to_export":
            raise
        return redirect(PLACE, problem=problem.code)


@router.post("/exports/{number}/acknowledge")
def acknowledge(request: Request, person: Admin, number: int) -> Response:
    """Take note that the file has arrived."""
    api.acknowledge(number, request, person.who)
    return redirect(PLACE, done="arrived")


@router.post("/import")
def bring_in(request: Request, person: Admin, file: UploadFile) -> Response:
    """Take in a file of texts, with labels or without."""
    server: Server = request.app.state.server
    name, content = (file.filename or "").lower(), file.file.read()
    if not content:
        return redirect(PLACE, problem="no_file")
    told = api.take_in(server, content, "text/csv" if name.endswith(".csv") else "application/x-ndjson", person.who)
    return redirect(PLACE, told=f"{told.settled}-{told.waiting}-{told.known}-{told.different}")


@router.post("/erase")
def erase(
    request: Request, person: Admin, text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "", sure: Annotated[bool, Form()] = False
) -> Response:
    """Forget a text: first what that would be is shown, then it is done."""
    server: Server = request.app.state.server
    if sure:
        api.erase_text(Erase(text=text), request, person.who)
        return redirect(PLACE, done="erased")
    server.desk.capture.drain()
    with server.database.reading() as transaction:
        numbers = {find_by_text(transaction, form) for form in (text, server.desk.redact(text).text)} - {None}
        found = [(find_item(transaction, number), opinions_of(transaction, number)) for number in numbers if number]
    return page(request, "erase.html", status=200 if found else 404, text=text, found=found)
