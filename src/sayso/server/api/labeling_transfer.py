"""`/api/v1/labeling`: taking the labels out, bringing labels and texts in, and forgetting texts."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from sayso.errors import DataError
from sayso.labeling.files import Dialect, read_labelled, write_csv, write_jsonl
from sayso.labeling.labels import UnknownLabel
from sayso.server.access.guard import allow
from sayso.server.access.roles import Who
from sayso.server.api.forms import refusals
from sayso.server.api.labeling_forms import Erase, Erased, ImportTold, Number
from sayso.server.audit import record
from sayso.server.labeling import exports, items
from sayso.server.labeling.imports import import_rows
from sayso.server.problems import Problem
from sayso.server.state import Server

router = APIRouter(prefix="/api/v1/labeling", tags=["Labeling"])
Admin = Annotated[Who, Depends(allow("admin"))]
Format = Literal["jsonl", "csv"]
ALWAYS = (400, 401, 403, 413, 422, 503)
MEDIA: Mapping[Format, str] = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
FILE_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {media: {"schema": {"type": "string"}} for media in ("application/x-ndjson", "text/csv")}}
}


@router.get("/export", response_class=StreamingResponse, responses=refusals(404, 409, *ALWAYS))
def export(
    request: Request,
    who: Admin,
    format: Format = "jsonl",
    dialect: Dialect = "label",
    since: Literal["last"] | None = None,
) -> StreamingResponse:
    """All answers, or those since the last export that has arrived: `text` and `label`, or all that is known (`dialect=sayso`).

    `X-Export-Id` names the export, `X-Export-Rows` says how many rows to expect. Acknowledge it when it has arrived.
    """
    server: Server = request.app.state.server
    only = server.desk.labels.main if dialect == "label" else None
    begun = exports.begin(server.database, who.name, since_last=since == "last", only=only)
    write = write_jsonl if format == "jsonl" else write_csv
    pieces = write(exports.rows_of(server.database, begun), server.desk.labels, dialect)
    headers = {
        "X-Export-Id": str(begun.id),
        "X-Export-Rows": str(begun.rows),
        "Content-Disposition": f'attachment; filename="labels-{begun.id}.{format}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(pieces, media_type=MEDIA[format], headers=headers)


@router.post("/exports/{export_id}/acknowledge", status_code=204, responses=refusals(404, *ALWAYS))
def acknowledge(export_id: Number, request: Request, who: Admin) -> None:
    """Say that an export has arrived whole; `since=last` begins after it from now on."""
    server: Server = request.app.state.server
    with server.database.writing() as transaction:
        exports.acknowledge(transaction, export_id, who.name)


@router.post("/import", responses=refusals(404, 415, *ALWAYS), openapi_extra=FILE_BODY)
async def import_labels(request: Request, who: Admin) -> ImportTold:
    """Take in rows of JSONL or CSV: those with a label are settled, those without one wait in the queue.

    All of them are read first; one row that cannot be used, and nothing is taken in.
    """
    body = await request.body()
    return await run_in_threadpool(take_in, request.app.state.server, body, request.headers.get("content-type", ""), who)


@router.delete("/items/{query_id}", responses=refusals(404, *ALWAYS))
def erase_item(query_id: Number, request: Request, who: Admin) -> Erased:
    """Forget an item, with all that was said of it."""
    server: Server = request.app.state.server
    with server.database.writing() as transaction:
        digest = items.erase(transaction, query_id)
        record(transaction, who, "label.erase", f"item {query_id}", text_sha256=digest)
    return Erased(erased=1)


@router.post("/erase", responses=refusals(404, *ALWAYS))
def erase_text(wish: Erase, request: Request, who: Admin) -> Erased:
    """Forget a text, however it is written; what was captured of it a moment ago, too."""
    server: Server = request.app.state.server
    server.desk.capture.drain()
    with server.database.writing() as transaction:
        forms = {wish.text, server.desk.redact(wish.text).text}
        found = [number for text in forms if (number := items.find_by_text(transaction, text)) is not None]
        if not found:
            raise Problem(404, "not_found", "no item has this text")
        for number in set(found):
            record(transaction, who, "label.erase", f"item {number}", text_sha256=items.erase(transaction, number))
    return Erased(erased=len(set(found)))


def take_in(server: Server, body: bytes, media: str, who: Who) -> ImportTold:
    """Take in a file's rows, all or none of which are what the project knows."""
    name = "import.csv" if media.startswith("text/csv") else "import.jsonl"
    try:
        rows = [(row.text, row.answer) for row in read_labelled(BytesIO(body), server.desk.labels, name)]
    except DataError as error:
        status, code = (404, "unknown_label") if isinstance(error, UnknownLabel) else (422, "invalid")
        raise Problem(status, code, str(error)) from None
    told = import_rows(server.database, rows, who.name, server.desk.redact, server.desk.rules.second_opinions)
    return ImportTold(**vars(told))
