"""What an admin asks for -> a job: a row that holds the place of the only one, a folder, a process in a session of its own."""

from __future__ import annotations

import datetime
import os
import subprocess
import threading

from sayso.server.access.roles import Who
from sayso.server.audit import record
from sayso.server.jobs.folder import LOG, PROGRESS, TMP, folder_of, make_folder
from sayso.server.jobs.host import host_of
from sayso.server.jobs.kinds import PYTHON, Kind, Retraining
from sayso.server.jobs.look import log, look
from sayso.server.jobs.rows import find_job, identity_of, open_jobs, take_turn
from sayso.server.problems import Problem
from sayso.server.settings import Settings, environment_of
from sayso.server.store.database import Database
from sayso.server.store.tables import Job

PLAIN = {"NO_COLOR": "1", "TERM": "dumb", "PYTHONUNBUFFERED": "1"}
"""Nobody's terminal is at the other end."""


class JobRunning(Problem):
    """There is one already; `number` is which."""

    def __init__(self, job: Job) -> None:
        told = f"job {job.id} ({job.kind}, asked for by {job.asked_by}) has not ended; wait for it, or cancel it"
        super().__init__(409, "job_running", told)
        self.number = job.id


def begin(database: Database, settings: Settings, name: str, kind: Kind, options: Retraining, who: Who) -> Job:
    """Begin a job; a Problem if there is one, or nothing to do it with.

    The lock is held before anybody can see the row, and the job's processes inherit it: a kill at any moment leaves either
    a job that lives or one that is found to be lost.
    """
    if os.name == "nt":
        raise Problem(409, "not_here", "jobs take Linux or macOS; on Windows, run the command in a terminal")
    if told := kind.obstacle(settings):
        raise Problem(409, "not_here", told)
    look(database, settings)
    lock = -1
    try:
        with database.writing() as transaction:
            take_turn(transaction)
            if others := open_jobs(transaction):
                raise JobRunning(others[0])
            job = _row(name, options, who, settings)
            transaction.add(job)
            transaction.flush()
            record(transaction, who, "job.start", f"{name} {job.id}", **job.options)
            lock = make_folder(folder_of(settings.project, job.id), identity_of(job))
        _spawn(job, settings, kind, kind.command(settings, options, who), lock)
    finally:
        if lock >= 0:
            os.close(lock)
    log.info("job_started", job=job.id, kind=name)
    look(database, settings)
    with database.reading() as transaction:
        return find_job(transaction, job.id)


def _row(name: str, options: Retraining, who: Who, settings: Settings) -> Job:
    return Job(
        kind=name,
        state="queued",
        options=options.model_dump(mode="json"),
        asked_by=str(who),
        asked_at=datetime.datetime.now(datetime.UTC),
        host=host_of(settings.project),
        cancel=False,
    )


def _spawn(job: Job, settings: Settings, kind: Kind, command: list[str], lock: int) -> None:
    """Start the process that runs the command, apart from this one: what ends the server does not reach it."""
    folder = folder_of(settings.project, job.id).resolve()
    stays = [*PYTHON, "-m", "sayso.server.jobs.work", str(folder), str(lock), str(kind.seconds)]
    environment = (
        os.environ | environment_of(settings) | PLAIN | {"SAYSO_PROGRESS_FILE": str(folder / PROGRESS), "TMPDIR": str(folder / TMP)}
    )
    with open(folder / LOG, "ab") as told:
        process = subprocess.Popen(
            [*stays, *command], stdin=subprocess.DEVNULL, stdout=told, stderr=told, env=environment, start_new_session=True, pass_fds=[lock]
        )
    threading.Thread(target=process.wait, name=f"sayso-job-{job.id}", daemon=True).start()
