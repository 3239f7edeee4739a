"""A reference, such as `registry:my-intents@production` -> the version that it means, and the folder of its bundle."""

from __future__ import annotations

import re
from pathlib import Path

from sayso.errors import InputError, nearest
from sayso.registry.history import aliases_in
from sayso.registry.places import PREFIX, PRODUCTION, default_registry, model_folder, parse_reference
from sayso.registry.versions import Version, open_version, version_at, versions_in
from sayso.runtime.load import find_bundle


def resolve(reference: str, registry: Path | None = None) -> Path:
    """The folder of the bundle that `reference` means, verified against what was registered.

    `NAME@ALIAS`, `NAME@VERSION` (its number or its id), or `NAME`, which means `NAME@production`; `registry:` may stand
    before it. Needs no lock: whoever switches an alias meanwhile, this is one whole version or the other.
    """
    return open_version(find(reference, registry or default_registry())).path


def find(reference: str, registry: Path) -> Version:
    """The version that `reference` means."""
    wanted = parse_reference(reference)
    folder = model_folder(registry, wanted.model)
    at, aliases = wanted.at or PRODUCTION, aliases_in(folder)
    if (switch := aliases.get(at)) and switch.after:
        return version_at(folder, switch.after)
    if wanted.at is None:
        newest = versions_in(folder)[-1].number
        raise InputError(f"{folder.name} has no alias {PRODUCTION!r} yet; set it with: sayso promote {folder.name}@{newest}", folder)
    if at.isdecimal():
        return version_at(folder, int(at))
    versions = versions_in(folder)
    for version in versions:
        if version.id == at:
            return version
    known = [*aliases, *(str(version.number) for version in versions)]
    raise InputError(f"{folder.name} has no alias or version {at!r}{nearest(at, known)}", folder)


def bundle_of(source: str, registry: Path) -> Path:
    """The folder of the bundle that `source` means: that of a bundle, that of a project, or a reference."""
    return find_bundle(source) if is_folder(source) else resolve(source, registry)


def is_folder(source: str) -> bool:
    """Whether `source` is the folder of a bundle or project rather than a reference; what could be both is a folder."""
    return not source.startswith(PREFIX) and (Path(source).exists() or bool(re.search(r"[/\\]", source)))
