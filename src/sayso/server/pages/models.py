"""`/models`: every model of the registry, its versions side by side, where its aliases point and how they came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response

from sayso.registry import (
    Switch,
    Version,
    aliases_in,
    default_registry,
    history_of,
    model_folder,
    models_in,
    versions_in,
)
from sayso.registry.history import versions_before
from sayso.registry.places import PREFIX, PRODUCTION, parse_reference
from sayso.server.pages.beside import beside_production
from sayso.server.pages.jobs import retraining
from sayso.server.pages.page import page
from sayso.server.pages.visitor import Expert
from sayso.server.problems import Problem
from sayso.server.settings import Settings
from sayso.server.state import Server

FIGURES = ("accuracy", "ece"), ("micro_f1",), ("mae",)
"""What of a head's figures stands beside those of other versions: of a choice, of tags, of a score."""
DONE = ("promoted", "rolled_back", "unchanged", "beside", "ended")

router = APIRouter()


@dataclass(frozen=True)
class Model:
    """One model: all that its folder tells."""

    name: str
    folder: Path
    versions: list[Version]
    aliases: Mapping[str, Switch]
    history: list[Switch]

    def version(self, number: int) -> Version:
        """The version of this number; a Problem if there is none."""
        found = next((version for version in self.versions if version.number == number), None)
        if found is None:
            raise Problem(404, "not_found", f"{self.name} has no version {number}")
        return found

    def aliases_of(self, number: int) -> list[str]:
        """The aliases that point at a version."""
        return [name for name, switch in self.aliases.items() if switch.after == number]

    def before(self, alias: str) -> int | None:
        """The version that rolling an alias back leads to."""
        trail = versions_before(self.history, alias)
        return trail[0] if trail else None

    @property
    def figures(self) -> list[tuple[str, str]]:
        """The figures that tell versions apart, as heads and their figures; the newest version's heads come first."""
        heads = {head: set(told) for version in self.versions for head, told in version.metrics.items()}
        newest = dict.fromkeys(head for version in reversed(self.versions) for head in version.metrics)
        told = ((head, next((own for own in FIGURES if set(own) <= heads[head]), ())) for head in newest)
        return [(head, figure) for head, figures in told for figure in figures]


@router.get("/models")
def models(request: Request, person: Expert, done: str = "") -> Response:
    """All models."""
    server: Server = request.app.state.server
    registry = registry_of(server.settings)
    found = [read_model(registry, name) for name in models_in(registry)]
    shown: dict[str, Any] = {"models": found, "registry": registry, "served": served_alias(server), "beside": beside_production(server)}
    shown |= retraining(server)
    return page(request, "models.html", done=done if done in DONE else None, **shown)


def registry_of(settings: Settings) -> Path:
    """Where the server's models are."""
    return settings.registry or default_registry()


def read_model(registry: Path, name: str) -> Model:
    """All that is known of a model; a Problem if there is none of this name."""
    if name not in models_in(registry):
        raise Problem(404, "not_found", f"there is no model {name!r} in the registry")
    folder = model_folder(registry, name)
    return Model(name, folder, versions_in(folder), aliases_in(folder), history_of(folder))


def served_alias(server: Server) -> tuple[str, str] | None:
    """The model and the alias that this server answers with; None if it answers with something else."""
    source = server.production.source
    if not source.startswith(PREFIX):
        return None
    wanted = parse_reference(source)
    return wanted.model, wanted.at or PRODUCTION
