"""A job -> what may be shown of it: how far it is, the end of its log, and whether anything can still be done about it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from sayso.server.jobs.cancel import is_silent
from sayso.server.jobs.folder import folder_of, is_of
from sayso.server.jobs.host import host_of, name_of
from sayso.server.jobs.output import Step, hiding, read_log, read_step
from sayso.server.jobs.rows import OPEN, identity_of
from sayso.server.settings import Settings
from sayso.server.store.tables import Job


@dataclass(frozen=True)
class View:
    """A job as people and programs see it. `log` is None where it is not kept, or kept on another machine."""

    job: Job
    step: Step | None = None
    log: list[str] | None = None
    is_elsewhere: bool = False
    is_silent: bool = False
    now: datetime.datetime = field(default_factory=lambda: datetime.datetime.now(datetime.UTC))

    @property
    def is_open(self) -> bool:
        """Whether it has not ended, as far as anybody knows."""
        return self.job.state in OPEN

    @property
    def machine(self) -> str:
        """Where it runs, or ran."""
        return name_of(self.job.host)

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        begun, ended = self.job.started_at or self.job.asked_at, self.job.ended_at or self.now
        return max(0.0, (ended - begun).total_seconds())


def view(job: Job, settings: Settings) -> View:
    """The job as it is now."""
    folder = folder_of(settings.project, job.id)
    is_kept = is_of(folder, identity_of(job))
    hide = hiding(settings)
    return View(
        job,
        step=read_step(folder, hide) if is_kept and job.state in OPEN else None,
        log=read_log(folder, hide) if is_kept else None,
        is_elsewhere=not is_kept and job.host != host_of(settings.project),
        is_silent=is_silent(job, settings),
    )
