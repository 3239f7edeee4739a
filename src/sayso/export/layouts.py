"""A verified bundle -> the files that a runtime looks for, under the names that it knows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.artifacts import CHECKSUMS, digest_of, read_json
from sayso.errors import BundleError
from sayso.runtime.blend import parse_blend
from sayso.runtime.bundle import KIND, Bundle
from sayso.runtime.graph import open_tokenizer
from sayso.runtime.spec import HeadSpec, parse_spec

Content = Path | bytes
"""A file to be copied, or what is to be written."""


@dataclass(frozen=True)
class Layout:
    """What one runtime expects of a folder.

    `files` are all but checksums.json and manifest.json; `manifest` is made last, from the sha256 of every other file;
    `owns` tells whether a manifest that is already there is of this layout; `foreign` are files that would spoil the
    folder, and why.
    """

    summary: str
    files: Callable[[Bundle], dict[str, Content]]
    manifest: Callable[[Bundle, Mapping[str, str]], dict[str, Any]]
    owns: Callable[[Mapping[str, Any]], bool]
    foreign: Mapping[str, str]


def _sayso_files(bundle: Bundle) -> dict[str, Content]:
    return {name: bundle.path / name for name in bundle.checksums}


def _sayso_manifest(bundle: Bundle, digests: Mapping[str, str]) -> dict[str, Any]:
    return {**bundle.manifest, "checksums_sha256": digests[CHECKSUMS]}


SQRY_LABELS = ("SymbolQuery", "TextSearch", "TracePath", "FindCallers", "FindCallees", "Visualize", "IndexStatus", "Ambiguous")
"""The order is compiled into the runtime: it reads no labels from any file."""


def _sqry_files(bundle: Bundle) -> dict[str, Content]:
    spec = parse_spec(bundle.spec)
    head = next((head for head in spec.heads.values() if head.type == "choice" and head.output == "logits"), None)
    if head is None or head.labels != SQRY_LABELS:
        found = ", ".join(head.labels) if head else "no choice head with the output `logits`"
        raise BundleError(
            f"the sqry runtime knows exactly these labels in exactly this order: {', '.join(SQRY_LABELS)}; this bundle has {found}. "
            "Declare them so in sayso.yaml and build again",
            bundle.path,
        )
    bands = spec.bands
    thresholds = {_snake_case(label): bands.suggest if label == head.fallback else bands.confirm for label in head.labels}
    return {
        "intent_classifier.onnx": bundle.graph,
        "tokenizer.json": open_tokenizer(bundle.tokenizer, spec.max_length).to_str().encode(),
        "config.json": bundle.path / "config.json",
        "temperature.json": _json(_calibration(bundle, head) | {"temperature": head.temperature, "per_intent_thresholds": thresholds}),
        "version.txt": f"model_version={_version(bundle)}\n".encode(),
    }


def _sqry_manifest(bundle: Bundle, digests: Mapping[str, str]) -> dict[str, Any]:
    """The runtime refuses a manifest without all of these keys; a folder that is installed has no archive to name."""
    version = _version(bundle)
    return {
        "model_version": version,
        "release_tag": f"models-v{version}",
        "archive": "",
        "sha256": "",
        "download_url": "",
        "files": dict(digests),
    }


def _calibration(bundle: Bundle, head: HeadSpec) -> dict[str, Any]:
    """What the bundle's temperature.json tells beyond the temperature: how it was found, and what for."""
    path = bundle.path / "temperature.json"
    told = read_json(path) if path.is_file() else {}
    return {**(told if isinstance(told, dict) else {}), "intent_labels": list(head.labels)}


def _version(bundle: Bundle) -> str:
    """A version that differs whenever a file or the spec does."""
    return f"{bundle.manifest.get('version', '1.0.0')}+{digest_of([dict(bundle.checksums), bundle.spec])[:8]}"


def _snake_case(label: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", label).lower()


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


COMPLEXITY_GRAPH, COMPLEXITY_TOKENIZER = "complexity_model_int8.onnx", "complexity_tokenizer/tokenizer.json"


def _complexity_files(bundle: Bundle) -> dict[str, Content]:
    spec = parse_spec(bundle.spec)
    if parse_blend(bundle.spec) is None:
        raise BundleError("the layout `complexity` is for models with rules; this one was built without a `rules` section", bundle.path)
    settings = {"model_max_length": spec.max_length, "tokenizer_class": "PreTrainedTokenizerFast"}
    return {
        COMPLEXITY_GRAPH: bundle.graph,
        COMPLEXITY_TOKENIZER: bundle.tokenizer,
        COMPLEXITY_TOKENIZER.replace("tokenizer.json", "tokenizer_config.json"): _json(settings),
    }


def _complexity_manifest(bundle: Bundle, digests: Mapping[str, str]) -> dict[str, Any]:
    files = {"graph": COMPLEXITY_GRAPH, "tokenizer": COMPLEXITY_TOKENIZER}
    return {**bundle.manifest, "files": files, "checksums_sha256": digests[CHECKSUMS]}


LAYOUTS = {
    "sayso": Layout(
        summary="the bundle as it is, for sayso's own runtimes",
        files=_sayso_files,
        manifest=_sayso_manifest,
        owns=lambda manifest: manifest.get("kind") == KIND,
        foreign={},
    ),
    "sqry": Layout(
        summary="the model folder of sqry's natural-language runtime",
        files=_sqry_files,
        manifest=_sqry_manifest,
        owns=lambda manifest: isinstance(manifest.get("files"), dict) and CHECKSUMS in manifest["files"],
        foreign={"calibration.json": "the runtime would read it instead of temperature.json"},
    ),
    "complexity": Layout(
        summary="the model folder that an Estimator's config.yaml names",
        files=_complexity_files,
        manifest=_complexity_manifest,
        owns=lambda manifest: manifest.get("kind") == KIND and "files" in manifest,
        foreign={},
    ),
}
