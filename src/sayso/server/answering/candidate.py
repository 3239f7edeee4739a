"""The candidate: a model that is asked beside production and answers nobody. It comes, is exchanged and goes while the server runs."""

from __future__ import annotations

import threading
from typing import Literal

import structlog

from sayso.errors import SaysoError
from sayso.registry import aliases_in, default_registry, model_folder
from sayso.registry.places import PREFIX, PRODUCTION, parse_reference
from sayso.server.answering.production import Production
from sayso.server.answering.source import Serving, identity_of, open_source, source_of
from sayso.server.settings import Settings

SHADOW = "shadow"
"""The alias of the version that runs beside `production`."""
PATIENCE = 1.0
State = Literal["none", "loading", "running", "in production", "refused"]
log = structlog.get_logger("sayso.server")


class Candidate:
    """Which model that is at the moment, if there is one. One that cannot be had, or does not prove itself, is a problem to be shown."""

    def __init__(self, settings: Settings, production: Production) -> None:
        self._settings = settings
        self._production = production
        self._wanted: str | None = None
        self._looking = threading.Lock()
        self.source: str | None = None
        self.serving: Serving | None = None
        self.problem: str | None = None

    @property
    def state(self) -> State:
        """Where it stands; `in production` if it is the very model that answers."""
        if self.problem is not None:
            return "refused"
        if self.source is None:
            return "none"
        if self._wanted is None:
            return "in production"
        return "loading" if self.serving is None else "running"

    def look(self) -> None:
        """Let in what is meant now, if that is another model; the one before goes first. What was refused is not tried again."""
        if not self._looking.acquire(timeout=PATIENCE):  # somebody is loading one, which may take minutes, and looks again soon
            return
        try:
            self._follow()
        except (SaysoError, OSError) as error:
            self._refuse(str(error))
        except Exception as error:  # noqa: BLE001  whatever is wrong with a candidate, nobody but those who look at it may notice
            self._refuse(repr(error))
        finally:
            self._looking.release()

    def _follow(self) -> None:
        try:
            self.source = source_of_candidate(self._settings, self._production.source)
            identity = identity_of(self.source, self._settings) if self.source else None
        except (SaysoError, OSError):
            self._wanted = self.serving = None
            raise
        wanted = None if identity == self._production.identity else identity
        if wanted is None:
            self._wanted = self.serving = self.problem = None
            return
        if wanted == self._wanted:
            return
        self._wanted, self.serving, self.problem = wanted, None, None
        self.serving = open_source(str(self.source), self._settings)
        log.info("candidate_running", model=self.serving.model_id, source=self.source)

    def _refuse(self, reason: str) -> None:
        if reason != self.problem:
            log.error("candidate_refused", source=self.source, reason=reason)
        self.problem = reason


def source_of_candidate(settings: Settings, production: str) -> str | None:
    """What runs beside what: the model that is named, else the alias `shadow` of the model whose `production` answers; None if neither."""
    if settings.shadow is not None:
        return source_of(settings.model_copy(update={"model": settings.shadow}))
    name = model_with_shadow(settings, production)
    if name is None or SHADOW not in aliases_in(model_folder(settings.registry or default_registry(), name)):
        return None
    return f"{PREFIX}{name}@{SHADOW}"


def model_with_shadow(settings: Settings, production: str) -> str | None:
    """The registry's model whose alias `shadow` says what runs beside production; None if the alias says nothing here."""
    if settings.shadow is not None or not production.startswith(PREFIX):
        return None
    served = parse_reference(production)
    return served.model if served.at in (None, PRODUCTION) else None
