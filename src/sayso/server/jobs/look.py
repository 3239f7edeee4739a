"""The jobs that have not ended, and what their folders tell -> the states in the database, changed once however many processes look."""

from __future__ import annotations

import datetime
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session as Transaction

from sayso.server.audit import record
from sayso.server.jobs.folder import EXIT, PROCESS, TMP, folder_of, is_held, is_of, read_small
from sayso.server.jobs.host import host_of
from sayso.server.jobs.outcome import outcome_of
from sayso.server.jobs.output import hiding, moment, read_result
from sayso.server.jobs.rows import OPEN, State, identity_of
from sayso.server.jobs.stop import stop
from sayso.server.settings import Settings
from sayso.server.store.database import Database
from sayso.server.store.tables import Job

SECONDS_BETWEEN_NOTES = 10.0
NOBODY = "server"
"""Who it was when a job ended by itself."""
log = structlog.get_logger("sayso.server")


@dataclass(frozen=True)
class Now:
    """How a job stands by what is on disk; `exit` is its exit status, or less than 0: the signal that ended it."""

    state: State
    at: datetime.datetime
    process: int | None = None
    exit: int | None = None


def look(database: Database, settings: Settings) -> None:
    """Bring the states up to date, and stop what was cancelled."""
    here = host_of(settings.project)
    with database.reading() as transaction:
        given_up = (Job.state == "lost") & Job.cancel & (Job.host == here)
        jobs = transaction.scalars(select(Job).where(Job.state.in_(OPEN) | given_up)).all()
    for job in jobs:
        folder = folder_of(settings.project, job.id)
        now = stands(job, folder, here)
        if now is None:
            continue
        if job.cancel and now.state in OPEN:
            stop(folder, here=job.host == here)
        if job.state in OPEN and _is_news(job, now):
            with database.writing() as transaction:
                _note(transaction, job, now, folder, settings)


def stands(job: Job, folder: Path, here: str) -> Now | None:
    """How a job stands; None if that cannot be seen from here, because it is another machine's."""
    if not is_of(folder, identity_of(job)):
        return Now("lost", _now()) if job.host == here else None
    lives = is_held(folder)  # before the exit is read: who lets go of the lock has written it
    process = read_small(folder / PROCESS).get("process")
    number = process if isinstance(process, int) else None
    ended = read_small(folder / EXIT)
    if isinstance(status := ended.get("exit"), int):
        state: State = "done" if status == 0 else "cancelled" if ended.get("cancelled") else "failed"
        return Now(state, moment(ended.get("at")) or _now(), number, status)
    if lives:
        return Now("running" if number else "queued", _now(), number)
    return Now("cancelled" if job.cancel else "lost", _now(), number)


def _is_news(job: Job, now: Now) -> bool:
    noted = (now.at - (job.seen_at or job.asked_at)).total_seconds()
    return now.state != job.state or noted >= SECONDS_BETWEEN_NOTES


def _note(transaction: Transaction, job: Job, now: Now, folder: Path, settings: Settings) -> None:
    """Write it down, unless another process has come first; who notes the end tells of it."""
    values: dict[str, Any] = {"state": now.state, "process": now.process, "seen_at": _now()}
    if now.state != "queued" and job.started_at is None:
        values["started_at"] = moment(read_small(folder / PROCESS).get("at"))
    if now.state not in OPEN:
        document = read_result(folder, hiding(settings))
        values |= {"ended_at": now.at, "result": {"exit": now.exit, "document": document}}
    change = update(Job).where(Job.id == job.id, Job.state == job.state).values(**values)
    if transaction.connection().execute(change).rowcount == 0 or now.state in OPEN:
        return
    details = {"state": now.state, **({} if now.exit is None else {"exit": now.exit}), **_made(values["result"]["document"])}
    record(transaction, NOBODY, "job.end", f"{job.kind} {job.id}", **details, asked_by=job.asked_by)
    shutil.rmtree(folder / TMP, ignore_errors=True)
    log.info("job_ended", job=job.id, kind=job.kind, **details)


def _made(document: dict[str, Any] | None) -> dict[str, Any]:
    """Which version came out, and whether it went into production."""
    made = outcome_of(document)
    if made is None or made.version is None:
        return {}
    return {"version": f"{made.model}@{made.version}", "promoted": made.promoted}


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
