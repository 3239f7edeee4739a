"""The jobs in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

from sqlalchemy import select, text
from sqlalchemy.orm import Session as Transaction

from sayso.server.problems import Problem
from sayso.server.store.tables import Job

State = Literal["queued", "running", "done", "failed", "cancelled", "lost"]
STATES: tuple[State, ...] = get_args(State)
OPEN: tuple[State, ...] = ("queued", "running")
LOCK = 5_727_298
"""The number by which processes that begin a job on the same PostgreSQL database know each other."""


def find_job(transaction: Transaction, number: int, *, to_change: bool = False) -> Job:
    """The job of this number; a Problem if there is none."""
    found = transaction.get(Job, number, with_for_update=to_change)
    if found is None:
        raise Problem(404, "not_found", f"there is no job {number}")
    return found


def open_jobs(transaction: Transaction) -> Sequence[Job]:
    """The jobs that have not ended, as far as anybody knows; at most one, unless a restored backup holds another."""
    return transaction.scalars(select(Job).where(Job.state.in_(OPEN)).order_by(Job.id)).all()


def latest_jobs(transaction: Transaction, *, before: int | None = None, limit: int = 50) -> Sequence[Job]:
    """The newest jobs; `before` a job's number, the next older ones."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    return transaction.scalars(query if before is None else query.where(Job.id < before)).all()


def take_turn(transaction: Transaction) -> None:
    """Wait until nobody else is about to begin a job. On SQLite whoever writes is alone anyway."""
    if transaction.get_bind().dialect.name == "postgresql":
        transaction.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def identity_of(job: Job) -> dict[str, Any]:
    """What tells a job from one of the same number in another database."""
    return {"id": job.id, "asked_at": job.asked_at.isoformat(), "asked_by": job.asked_by}
