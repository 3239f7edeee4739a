"""A judged bundle -> a version in the registry, whose manifest says what it learned from and what it was measured against."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sayso.artifacts import MANIFEST, read_json, write_json
from sayso.registry import Version, add, versions_in

KEY = "retrain"
"""Under this, a bundle's provenance tells of the retraining that made it."""


def write_down(bundle: Path, facts: Mapping[str, Any], verification: Mapping[str, Any] | None) -> None:
    """Add the facts to the bundle's provenance, and what people verified of the project's own rows.

    Its checksums stay as they are: the manifest vouches for them, not they for it.
    """
    manifest = read_json(bundle / MANIFEST)
    provenance = manifest["provenance"] | {"verification": verification, KEY: dict(facts)}
    write_json(bundle / MANIFEST, manifest | {"provenance": provenance})


def register(registry: Path, bundle: Path, name: str, why: str) -> Version:
    """The bundle as a version; one whose files are there already, to the byte, stays the version that it is."""
    made = _identity(bundle)
    for version in reversed(versions_in(registry / name)):
        if version.is_kept and _identity(version.bundle) == made:
            return version
    return add(registry, bundle, name, why=why)


def _identity(bundle: Path) -> tuple[Any, Any]:
    manifest = read_json(bundle / MANIFEST)
    return manifest.get("checksums_sha256"), manifest.get("spec")
