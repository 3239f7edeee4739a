"""Jobs: those of one server, and the thread that sees how they go while nobody asks."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from sayso.errors import SaysoError
from sayso.server.access.roles import Who
from sayso.server.jobs.begin import begin
from sayso.server.jobs.cancel import cancel
from sayso.server.jobs.kinds import KINDS, Kind, Retraining
from sayso.server.jobs.look import log, look
from sayso.server.jobs.rows import find_job, latest_jobs, open_jobs
from sayso.server.jobs.view import View, view
from sayso.server.settings import Settings
from sayso.server.store.database import Database
from sayso.server.store.tables import Job

SECONDS_BETWEEN_LOOKS = 2.0


class Jobs:
    """Begins jobs and cancels them. It keeps nothing of its own: any process may end, and the next one knows as much."""

    def __init__(self, database: Database, settings: Settings, kinds: Mapping[str, Kind] = KINDS) -> None:
        self._database = database
        self._settings = settings
        self.kinds = kinds
        self._problem: str | None = None
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="sayso-jobs", daemon=True)

    def obstacle(self, name: str) -> str | None:
        """What speaks against a job of this kind here."""
        return self.kinds[name].obstacle(self._settings)

    def one(self, number: int) -> View:
        """A job, as it is now; a Problem if there is none of this number."""
        self.look()
        with self._database.reading() as transaction:
            job = find_job(transaction, number)
        return view(job, self._settings)

    def latest(self, *, before: int | None = None, limit: int = 50) -> list[View]:
        """The newest jobs, without their logs; `before` a job's number, the next older ones."""
        self.look()
        with self._database.reading() as transaction:
            return [View(job) for job in latest_jobs(transaction, before=before, limit=limit)]

    def running(self) -> View | None:
        """The job that has not ended."""
        self.look()
        with self._database.reading() as transaction:
            found = open_jobs(transaction)
        return view(found[0], self._settings) if found else None

    def begin(self, name: str, options: Retraining, who: Who) -> Job:
        """Begin a job, if there is no other."""
        return begin(self._database, self._settings, name, self.kinds[name], options, who)

    def cancel(self, number: int, who: Who) -> Job:
        """Have a job stopped."""
        return cancel(self._database, self._settings, number, who)

    def look(self) -> None:
        """Find out how the jobs stand, and write it down."""
        look(self._database, self._settings)

    def start(self) -> None:
        """Look from time to time."""
        self._watcher.start()

    def close(self) -> None:
        """Look no more. The jobs go on."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join()

    def _watch(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN_LOOKS):
            problem = None
            try:
                self.look()
            except SaysoError as error:
                problem = str(error)
            except Exception as error:  # noqa: BLE001  whatever is wrong with one job, the thread must live for the next
                problem = repr(error)
            if problem and problem != self._problem:
                log.warning("jobs_not_looked_at", reason=problem)
            self._problem = problem
