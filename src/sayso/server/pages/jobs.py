"""`/jobs`: retraining begun from a page, watched while it goes on, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response

from sayso.server.api.jobs import Number
from sayso.server.jobs.begin import JobRunning
from sayso.server.jobs.kinds import LONGEST_REASON, Retraining
from sayso.server.jobs.outcome import outcome_of
from sayso.server.jobs.output import LINES
from sayso.server.jobs.rows import State
from sayso.server.jobs.view import View
from sayso.server.pages.page import HTMX, page, redirect
from sayso.server.pages.visitor import Admin, Expert
from sayso.server.problems import Problem
from sayso.server.state import Server

JOBS_ON_A_PAGE = 25
FEW_LINES = 6
"""So much of a log stands on the models page."""
EXPLAINED = ("exit_1", "exit_2", "exit_3", "exit_4", "signal_9")
"""Exit statuses and signals of which there is something to say."""

LOOKS: dict[State, str] = {
    **{"queued": "live", "running": "live", "done": "execute"},
    **{"failed": "ask", "cancelled": "suggest", "lost": "ask"},
}

Before = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Lines = Annotated[int, Query(ge=1, le=LINES)]

router = APIRouter(prefix="/jobs")


@router.get("")
def jobs(request: Request, person: Expert, before: Before = None) -> Response:
    """One page of the jobs that there ever were, the newest first."""
    server: Server = request.app.state.server
    found = server.jobs.latest(before=before, limit=JOBS_ON_A_PAGE + 1)
    shown = [(seen, _outcome(seen)) for seen in found[:JOBS_ON_A_PAGE]]
    older = shown[-1][0].job.id if len(found) > len(shown) else None
    return page(request, "jobs.html", jobs=shown, before=before, older=older, looks=LOOKS)


@router.post("")
def begin(
    request: Request, person: Admin, why: Annotated[str, Form(max_length=LONGEST_REASON)] = "", promote: Annotated[bool, Form()] = False
) -> Response:
    """Begin to retrain. Who comes second is brought to the job that there is."""
    server: Server = request.app.state.server
    if not why.strip():
        raise Problem(422, "reason", "say why, so that others understand it later")
    try:
        job = server.jobs.begin("retrain", Retraining(promote=promote, why=why), person.who)
    except JobRunning as problem:
        return redirect(f"/jobs/{problem.number}", told="running")
    return redirect(f"/jobs/{job.id}")


@router.get("/{number}")
def job(request: Request, person: Expert, number: Number, told: str = "") -> Response:
    """A job: what was asked for, how far it is, what came out."""
    server: Server = request.app.state.server
    seen = server.jobs.one(number)
    return page(request, "job.html", **_shown(server, seen), was_running=told == "running", lines=LINES)


@router.get("/{number}/now")
def now(request: Request, person: Expert, number: Number, lines: Lines = LINES) -> Response:
    """What of it changes, for htmx; when the job has ended, the whole page is to be asked for again."""
    server: Server = request.app.state.server
    if HTMX not in request.headers:
        return redirect(f"/jobs/{number}")
    seen = server.jobs.one(number)
    answer = page(request, "parts/job.html", **_shown(server, seen), lines=lines)
    if not seen.is_open:
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.post("/{number}/cancel")
def cancel(request: Request, person: Admin, number: Number) -> Response:
    """Have it stopped; one that has ended meanwhile is shown as it is."""
    server: Server = request.app.state.server
    try:
        server.jobs.cancel(number, person.who)
    except Problem as problem:
        if problem.code != "job_ended":
            raise
    return redirect(f"/jobs/{number}")


def retraining(server: Server) -> dict[str, Any]:
    """What the models page shows of it: the job that goes on, or else the last one, and what speaks against another."""
    newest = next(iter(server.jobs.latest(limit=1)), None)
    seen = server.jobs.one(newest.job.id) if newest and newest.is_open else newest
    shown = _shown(server, seen) if seen else {"seen": None}
    more = {"lines": FEW_LINES, "looks": LOOKS, "longest_reason": LONGEST_REASON}
    return {**shown, **more, "obstacle": server.jobs.obstacle("retrain")}


def _shown(server: Server, seen: View) -> dict[str, Any]:
    kind = server.jobs.kinds.get(seen.job.kind)
    steps = kind.steps if kind else ()
    at = steps.index(seen.step.name) + 1 if seen.step and seen.step.name in steps else None
    return {"seen": seen, "outcome": _outcome(seen), "reason": _reason(seen), "at": at, "steps": len(steps), "explained": EXPLAINED}


def _outcome(seen: View) -> Any:
    return outcome_of((seen.job.result or {}).get("document"))


def _reason(seen: View) -> tuple[str, int] | None:
    """By what it ended, if not well: its exit status, or the signal."""
    status = (seen.job.result or {}).get("exit")
    if not isinstance(status, int) or status == 0:
        return None
    return ("exit", status) if status > 0 else ("signal", -status)
