"""A path -> what is to be judged: a bundle, the artifact `onnx`, the artifact `weights`, or a Hugging Face folder; and how to open it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.artifacts import MANIFEST, open_artifact, read_json
from sayso.project import Head, Project
from sayso.runtime.bundle import GRAPH, TOKENIZER, open_bundle
from sayso.runtime.load import find_bundle
from sayso.runtime.model import Model
from sayso.runtime.predictor import Predictor

CONFIG = "config.json"


@dataclass(frozen=True)
class Candidate:
    """A model to be judged: its spec, which may be changed before it is opened, and how to open it on so many threads."""

    spec: dict[str, Any]
    opener: Callable[[Mapping[str, Any], int], Predictor]

    def open(self, threads: int = 1) -> Predictor:
        """The model, ready to answer."""
        return self.opener(self.spec, threads)

    @property
    def heads(self) -> dict[str, Head]:
        """The heads as a project would declare them."""
        known = ("type", "labels", "ordered", "fallback")
        return {name: Head.model_validate({key: head[key] for key in known if key in head}) for name, head in self.spec["heads"].items()}


def graphs_in(folder: Path, spec: Mapping[str, Any], graph: str = GRAPH) -> Candidate:
    """The model whose graph and tokenizer lie in a folder."""
    return Candidate(dict(spec), lambda spec, threads: Model(spec, folder / graph, folder / TOKENIZER, threads))


def candidate_at(path: Path, project: Project | None = None) -> Candidate:
    """The model at a path; a bundle is verified first. A project lends a network that has none its head's name."""
    manifest = path / MANIFEST
    if is_network(path):
        return _classifier(path, project)
    kind = read_json(manifest).get("kind") if manifest.is_file() else None
    if kind == "weights":
        return _weights(path)
    if kind == "onnx":
        return graphs_in(path, copy.deepcopy(dict(open_artifact(path, "onnx").manifest["spec"])))
    bundle = open_bundle(find_bundle(path))
    spec = copy.deepcopy(dict(bundle.spec))
    return Candidate(spec, lambda spec, threads: Model(spec, bundle.graph, bundle.tokenizer, threads))


def is_network(path: Path) -> bool:
    """Whether a folder holds a network as Hugging Face's libraries write it, and nothing of ours."""
    return (path / CONFIG).is_file() and not (path / MANIFEST).is_file()


def _classifier(path: Path, project: Project | None) -> Candidate:
    from sayso.network.classifier import open_classifier, spec_of_classifier

    return Candidate(spec_of_classifier(path, project), lambda spec, threads: open_classifier(spec, path, threads))


def _weights(path: Path) -> Candidate:
    from sayso.network.libraries import quiet_libraries

    with quiet_libraries():
        from sayso.network.answering import open_weights, spec_of_weights
        from sayso.network.model import Shape

    made = open_artifact(path, "weights")
    shape = Shape(**made.manifest["shape"])
    return Candidate(spec_of_weights(made.manifest), lambda spec, threads: open_weights(spec, path, shape, threads))
