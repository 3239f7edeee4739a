"""`/api/v1/jobs`: work that takes minutes: begun, watched and cancelled."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field

from sayso.server.access.guard import allow
from sayso.server.access.roles import Who
from sayso.server.api.forms import Form, refusals
from sayso.server.jobs.kinds import Retraining
from sayso.server.jobs.rows import State
from sayso.server.jobs.view import View
from sayso.server.state import Server

router = APIRouter(prefix="/api/v1/jobs", tags=["Jobs"])
Expert = Annotated[Who, Depends(allow("expert"))]
Admin = Annotated[Who, Depends(allow("admin"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=200)]
KindName = Literal["retrain"]


class Wanted(Form):
    """The job that is to be done."""

    kind: KindName = Field(examples=["retrain"])
    options: Retraining = Field(default=Retraining(), examples=[{"promote": True, "why": "May's labels"}])


class Progress(Form):
    """What it is at, and what of it it is doing: `done` of `total`, which is 0 while nobody knows."""

    step: str
    doing: str
    done: float
    total: float


class JobTold(Form):
    """One job. `exit` is its command's exit status, or less than 0: the signal that ended it; `result` what the command said in JSON."""

    id: int
    kind: str
    state: State
    options: dict[str, Any]
    asked_by: str
    asked_at: datetime.datetime
    started_at: datetime.datetime | None
    seen_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    seconds: float
    machine: str
    cancelled: bool = Field(description="Whether it was asked to stop.")
    exit: int | None
    result: dict[str, Any] | None

    @classmethod
    def of(cls, seen: View) -> JobTold:
        """The job as it is sent."""
        job, came_to = seen.job, seen.job.result or {}
        plain = {name: getattr(job, name) for name in ("id", "kind", "state", "options", "asked_by", "asked_at", "started_at")}
        return cls(
            **plain,
            seen_at=job.seen_at,
            ended_at=job.ended_at,
            seconds=round(seen.seconds, 1),
            machine=seen.machine,
            cancelled=job.cancel,
            exit=came_to.get("exit"),
            result=came_to.get("document"),
        )


class JobInFull(JobTold):
    """One job, with how far it is and the last lines of its log; `null` where they are not kept, or kept on another machine."""

    progress: Progress | None
    log: list[str] | None

    @classmethod
    def of(cls, seen: View) -> JobInFull:
        """The job as it is sent."""
        step = seen.step and Progress(step=seen.step.name, doing=seen.step.doing, done=seen.step.done, total=seen.step.total)
        told = JobTold.of(seen).model_dump()
        return cls(**told, progress=step, log=seen.log)


class JobList(Form):
    """The newest jobs first; `older`, if there are more, is what to send as `before`."""

    jobs: list[JobTold]
    older: int | None


@router.post("", status_code=201, responses=refusals(400, 401, 403, 409, 413, 422, 503))
def begin(wanted: Wanted, request: Request, who: Admin) -> JobInFull:
    """Begin a job. There is one at a time; while it has not ended, another is refused with 409 (`job_running`)."""
    server: Server = request.app.state.server
    job = server.jobs.begin(wanted.kind, wanted.options, who)
    return JobInFull.of(server.jobs.one(job.id))


@router.get("", responses=refusals(401, 403, 422, 503))
def latest(request: Request, who: Expert, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None, limit: Limit = 50) -> JobList:
    """The jobs that were ever asked for."""
    server: Server = request.app.state.server
    found = server.jobs.latest(before=before, limit=limit + 1)
    shown = found[:limit]
    older = shown[-1].job.id if len(found) > limit else None
    return JobList(jobs=[JobTold.of(one) for one in shown], older=older)


@router.get("/{number}", responses=refusals(401, 403, 404, 422, 503))
def one(number: Number, request: Request, who: Expert) -> JobInFull:
    """A job: how far it is, or how it went."""
    server: Server = request.app.state.server
    return JobInFull.of(server.jobs.one(number))


@router.post("/{number}/cancel", responses=refusals(401, 403, 404, 409, 422, 503))
def cancel(number: Number, request: Request, who: Admin) -> JobInFull:
    """Have a job stopped; it is `cancelled` once it has ended. A job on a machine that is gone is given up and counts as `lost`."""
    server: Server = request.app.state.server
    server.jobs.cancel(number, who)
    return JobInFull.of(server.jobs.one(number))
