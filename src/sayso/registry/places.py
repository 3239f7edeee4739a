"""Where a registry is, where in it things are, and what they may be called.

my-intents/                    a model
    .lock                      held by whoever changes it
    history.jsonl              every switch of an alias, one a line
    aliases/production.json    the switch that made the alias what it is
    versions/3/version.json    what is known of a version
    versions/3/bundle/         its bundle
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from sayso.errors import InputError, UsageError, nearest

PRODUCTION = "production"
PREFIX = "registry:"

VERSIONS, ALIASES, HISTORY = "versions", "aliases", "history.jsonl"
VERSION, BUNDLE = "version.json", "bundle"

NAME = r"[a-z0-9][a-z0-9._-]{0,63}"
NUMBER_OR_ID = r"[0-9]+|[0-9a-f]{12}"


@dataclass(frozen=True)
class Reference:
    """A model, and which version of it: a number, an id or an alias."""

    model: str
    at: str | None

    def __str__(self) -> str:
        return f"{self.model}@{self.at}" if self.at else self.model


def default_registry() -> Path:
    """SAYSO_REGISTRY, or a folder where this system keeps the user's data."""
    if named := os.environ.get("SAYSO_REGISTRY"):
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data, "sayso", "registry")


def parse_reference(text: str) -> Reference:
    """`NAME`, `NAME@VERSION` or `NAME@ALIAS`, with or without `registry:` before it."""
    name, at, which = text.removeprefix(PREFIX).partition("@")
    if at and not re.fullmatch(NAME, which):
        raise UsageError(f"{which!r} in {text!r} is neither a version nor an alias; write NAME@VERSION or NAME@ALIAS")
    return Reference(check_name(name), which or None)


def check_name(name: str) -> str:
    """A model's name, which is also the name of its folder."""
    if not re.fullmatch(NAME, name):
        raise UsageError(f"{name!r} cannot be a model's name: {_RULE}")
    return name


def check_alias(alias: str) -> str:
    """An alias; one that looks like a version would be taken for it."""
    if not re.fullmatch(NAME, alias):
        raise UsageError(f"{alias!r} cannot be an alias: {_RULE}")
    if re.fullmatch(NUMBER_OR_ID, alias):
        raise UsageError(f"{alias!r} cannot be an alias: it would be taken for a version")
    return alias


_RULE = "use up to 64 of a-z, 0-9, `.`, `_` and `-`, and begin with a letter or a digit"


def models_in(registry: Path) -> list[str]:
    """The names of all models that have a version."""
    return sorted(folder.name for folder in registry.glob("*") if re.fullmatch(NAME, folder.name) and _has_versions(folder))


def model_folder(registry: Path, name: str) -> Path:
    """The folder of a model that is there."""
    folder = registry / check_name(name)
    if _has_versions(folder):
        return folder
    known = models_in(registry)
    what_next = nearest(name, known) if known else f"; the registry is empty. Add a model with: sayso models add BUNDLE --name {name}"
    raise InputError(f"there is no model {name!r} in this registry{what_next}", registry)


def _has_versions(folder: Path) -> bool:
    return any(folder.glob(f"{VERSIONS}/[0-9]*/{VERSION}"))
