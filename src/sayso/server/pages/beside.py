"""What runs beside production, as the models page and what belongs to it show it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from sayso.errors import SaysoError
from sayso.registry import aliases_in, default_registry, model_folder
from sayso.server.answering.candidate import SHADOW, State, model_with_shadow
from sayso.server.answering.source import Serving
from sayso.server.monitoring.comparison import Comparison
from sayso.server.state import Server


@dataclass(frozen=True)
class Beside:
    """A candidate and how it compares; `model` and `number` say which version it is, where the alias `shadow` says so."""

    state: State
    problem: str | None
    source: str | None
    share: float
    production: Serving
    candidate: Serving | None
    comparison: Comparison
    model: str | None
    number: int | None


def beside_production(server: Server) -> Beside:
    """What runs beside production now."""
    candidate, model, number = server.shadow.candidate, governed(server), None
    if model is not None:
        with contextlib.suppress(SaysoError):
            alias = aliases_in(model_folder(server.settings.registry or default_registry(), model)).get(SHADOW)
            number = alias.after if alias else None
    return Beside(
        state=candidate.state,
        problem=server.shadow.problem,
        source=candidate.source,
        share=server.settings.shadow_share,
        production=server.production.serving,
        candidate=candidate.serving,
        comparison=server.shadow.comparison() or Comparison(),
        model=model,
        number=number,
    )


def governed(server: Server) -> str | None:
    """The model of which a version can be run beside production by its alias; None if an alias changes nothing here."""
    return model_with_shadow(server.settings, server.production.source)
