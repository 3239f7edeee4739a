"""`/audit`: who changed what, the newest first."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sayso.server.audit import actions, entries
from sayso.server.pages.page import page
from sayso.server.pages.visitor import Expert
from sayso.server.state import Server

ENTRIES_ON_A_PAGE = 50

router = APIRouter(prefix="/audit")


@router.get("")
def audit(request: Request, person: Expert, before: int | None = None, action: str = "") -> Response:
    """One page of the log, of all actions or of one; `before` is the last entry of the page before."""
    server: Server = request.app.state.server
    with server.database.reading() as transaction:
        found = entries(transaction, before=before, action=action or None, limit=ENTRIES_ON_A_PAGE + 1)
        known = actions(transaction)
    shown = found[:ENTRIES_ON_A_PAGE]
    older = shown[-1].id if len(found) > len(shown) else None
    return page(request, "audit.html", entries=shown, actions=known, action=action, before=before, older=older)
