"""What an admin wants stopped -> a job that is to stop, on whichever machine it is."""

from __future__ import annotations

import datetime

from sayso.server.access.roles import Who
from sayso.server.audit import record
from sayso.server.jobs.folder import folder_of
from sayso.server.jobs.host import host_of
from sayso.server.jobs.look import look, stands
from sayso.server.jobs.rows import OPEN, find_job
from sayso.server.problems import Problem
from sayso.server.settings import Settings
from sayso.server.store.database import Database
from sayso.server.store.tables import Job

SILENCE = datetime.timedelta(minutes=5)
"""A machine that has not been heard of for so long may be gone for good."""


def cancel(database: Database, settings: Settings, number: int, who: Who) -> Job:
    """Ask a job to stop; one that was already is not asked again. One on a machine that is silent is given up: it counts as lost."""
    look(database, settings)
    with database.writing() as transaction:
        job = find_job(transaction, number, to_change=True)
        if job.state not in OPEN:
            raise Problem(409, "job_ended", f"job {number} has ended already: it is {job.state}")
        silent = is_silent(job, settings)
        if not job.cancel or silent:
            record(transaction, who, "job.cancel", f"{job.kind} {job.id}", **({"given_up": True} if silent else {}))
        job.cancel = True
        if silent:
            job.state, job.ended_at = "lost", datetime.datetime.now(datetime.UTC)
    look(database, settings)
    with database.reading() as transaction:
        return find_job(transaction, number)


def is_silent(job: Job, settings: Settings) -> bool:
    """Whether the job is another machine's, and that one has said nothing of it for a while."""
    if job.state not in OPEN or stands(job, folder_of(settings.project, job.id), host_of(settings.project)) is not None:
        return False
    return datetime.datetime.now(datetime.UTC) - (job.seen_at or job.asked_at) > SILENCE
