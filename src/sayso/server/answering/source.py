"""What SAYSO_MODEL names -> what it means at this moment, found out so cheaply that it can be asked twice a second."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sayso.artifacts import MANIFEST
from sayso.errors import SaysoError
from sayso.loading import INFERENCE, load
from sayso.registry import default_registry, find, open_version
from sayso.registry.versions import id_of
from sayso.runtime.bundle import Bundle, open_bundle
from sayso.runtime.load import find_bundle
from sayso.runtime.model import Model
from sayso.runtime.predictor import Predictor
from sayso.runtime.selftest import self_test
from sayso.server.settings import Settings

REGISTRY, ZERO_SHOT = "registry:", "zero-shot"


@dataclass(frozen=True)
class Serving:
    """A model that answers: what it was asked for as, what it is called, which version, and what its bundle says of itself."""

    source: str
    name: str
    version: str
    predictor: Predictor
    manifest: Mapping[str, Any] = field(default_factory=dict)
    since: datetime.datetime = field(default_factory=lambda: datetime.datetime.now(datetime.UTC))

    @property
    def model_id(self) -> str:
        """Name and version in one, as logs and metrics have it."""
        return f"{self.name}@{self.version}"


def source_of(settings: Settings) -> str:
    """What is to be served: what is named, else the project's bundle, else zero-shot until there is one."""
    if settings.model is None:
        bundle = settings.project / "build" / "bundle"
        return str(bundle) if (bundle / MANIFEST).is_file() else ZERO_SHOT
    return f"{ZERO_SHOT}:{settings.model}" if settings.model in INFERENCE else settings.model


def identity_of(source: str, settings: Settings) -> str:
    """Something that differs when the source has come to mean another model."""
    if source.startswith(REGISTRY):
        return find(source, settings.registry or default_registry()).manifest_sha256
    if (folder := _bundle_folder(source)) is not None:
        facts = (folder / MANIFEST).stat()
        return f"{folder.resolve()} {facts.st_mtime_ns} {facts.st_size}"
    return source


def open_source(source: str, settings: Settings) -> Serving:
    """Load what the source means now. A bundle is verified, and answers its golden rows, before it is let in."""
    if source.startswith(REGISTRY):
        version = find(source, settings.registry or default_registry())
        return _proven(source, version.model, str(version.number), open_version(version))
    if (folder := _bundle_folder(source)) is not None:
        bundle = open_bundle(folder)
        return _proven(source, str(bundle.spec["name"]), id_of(bundle), bundle)
    predictor = load(source, project=settings.project, threads=1)
    return Serving(source, predictor.spec.name, source, predictor)


def _proven(source: str, name: str, version: str, bundle: Bundle) -> Serving:
    model = Model(bundle.spec, bundle.graph, bundle.tokenizer)
    self_test(model, bundle)
    return Serving(source, name, version, model, bundle.manifest)


def _bundle_folder(source: str) -> Path | None:
    """The bundle in a folder; None if the source is none, or a network that torch runs."""
    try:
        return find_bundle(source) if Path(source).is_dir() else None
    except SaysoError:
        return None
