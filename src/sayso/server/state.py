"""Server: all that the routes of one process share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from sayso.estimator.estimator import Estimator
    from sayso.server.access.guard import Guard
    from sayso.server.answering.production import Production
    from sayso.server.answering.queue import Answer, Queue
    from sayso.server.answering.shadow import Shadow
    from sayso.server.jobs.jobs import Jobs
    from sayso.server.labeling.desk import Desk
    from sayso.server.monitoring.watch import Monitoring
    from sayso.server.settings import Settings
    from sayso.server.store.database import Database

log = structlog.get_logger("sayso.server")
Observer = Callable[["Answer", str], None]
"""Is told of every answer, with its request's id; must return at once, and whatever it raises is only logged."""


@dataclass(eq=False)
class Server:
    """The parts, made when the process starts and closed when it ends."""

    settings: Settings
    database: Database
    production: Production
    queue: Queue
    estimator: Estimator
    guard: Guard = field(init=False)
    monitoring: Monitoring = field(init=False)
    shadow: Shadow = field(init=False)
    desk: Desk = field(init=False)
    jobs: Jobs = field(init=False)
    observers: list[Observer] = field(default_factory=list)

    def __post_init__(self) -> None:
        from sayso.server.access.guard import Guard
        from sayso.server.answering.shadow import Shadow
        from sayso.server.jobs.jobs import Jobs
        from sayso.server.labeling.desk import Desk
        from sayso.server.monitoring.watch import Monitoring

        self.guard = Guard(self)
        self.monitoring = Monitoring(self)
        self.shadow = Shadow(self)
        self.desk = Desk(self)
        self.jobs = Jobs(self.database, self.settings)

    def observe(self, answer: Answer, request_id: str) -> None:
        """Tell everybody who watches; a request never fails for it."""
        for observer in self.observers:
            try:
                observer(answer, request_id)
            except Exception as error:  # noqa: BLE001  whatever a watcher does, the answer goes out
                log.warning("observer_failed", observer=getattr(observer, "__qualname__", str(observer)), error=repr(error))
