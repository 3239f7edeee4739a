"""The model in production: exchanged while it answers, for one that has proved to work, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from sayso.errors import SaysoError
from sayso.server.answering.source import Serving, identity_of, open_source, source_of
from sayso.server.settings import Settings

SECONDS_BETWEEN_LOOKS = 0.5
log = structlog.get_logger("sayso.server")


class Production:
    """Gives the model that answers now. Who has taken it keeps it until the answer is out; then its memory goes back."""

    def __init__(self, settings: Settings) -> None:
        """Load the first model; a SaysoError if it cannot be had, for then there is nothing to serve."""
        self._settings = settings
        self.source = source_of(settings)
        self._identity = identity_of(self.source, settings)
        self._serving = open_source(self.source, settings)
        self._refused: str | None = None
        self._problem: str | None = None
        self._stop = threading.Event()
        self._looking = threading.Lock()
        self._on_switch: list[Callable[[Serving], None]] = []
        self._watcher = threading.Thread(target=self._watch, name="sayso-production", daemon=True)

    @property
    def serving(self) -> Serving:
        """The model that answers now."""
        return self._serving

    @property
    def identity(self) -> str:
        """What tells it from every other model."""
        return self._identity

    @property
    def problem(self) -> str | None:
        """Why the model that should answer now is not let in; None if it is in."""
        return self._problem

    def start(self) -> None:
        """Watch for promotions, rollbacks and new builds."""
        self._watcher.start()

    def stop(self) -> None:
        """Watch no more."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join()

    def on_switch(self, tell: Callable[[Serving], None]) -> None:
        """Call `tell` with every model that comes in."""
        self._on_switch.append(tell)

    def look(self) -> bool:
        """Let in what the source means now, if that is another model; whether the right one serves.

        A model that was refused is not tried again until the source means yet another one.
        """
        with self._looking:
            try:
                identity = identity_of(self.source, self._settings)
                if identity == self._identity:
                    self._problem = self._refused = None
                    return True
                if identity == self._refused:
                    return False
                self._refused = identity
                serving = open_source(self.source, self._settings)
            except (SaysoError, OSError) as error:
                self._refuse(str(error))
                return False
            self._identity, self._serving = identity, serving
            self._problem = self._refused = None
        log.info("model_switched", model=serving.model_id, source=serving.source)
        for tell in self._on_switch:
            tell(serving)
        return True

    def _refuse(self, reason: str) -> None:
        if reason != self._problem:
            log.error("model_refused", source=self.source, reason=reason, still=self._serving.model_id)
        self._problem = reason

    def _watch(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN_LOOKS):
            self.look()
