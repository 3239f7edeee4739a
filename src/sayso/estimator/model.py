"""Settings -> the model that they name: a bundle, or a graph with the manifest that was installed beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sayso.artifacts import MANIFEST, digest_of_file
from sayso.errors import BundleError
from sayso.estimator.config import Settings
from sayso.runtime.blend import parse_blend
from sayso.runtime.bundle import TOKENIZER, Bundle, open_bundle
from sayso.runtime.load import find_bundle

if TYPE_CHECKING:
    from sayso.runtime.model import Model


def find_model(folder: Path, settings: Settings) -> Bundle:
    """The verified bundle that the settings name, which must know rules and blends."""
    path = folder / settings.ml_model_path
    if not path.exists():
        raise BundleError("there is no model here; `sayso export --install models` puts one there", path)
    bundle = open_bundle(path.parent if path.is_file() else find_bundle(path))
    if path.is_file() and bundle.graph.resolve() != path.resolve():
        raise BundleError(f"the {MANIFEST} beside this model is of {bundle.graph.name}; install the model again", path)
    if parse_blend(bundle.spec) is None:
        raise BundleError("this model was built without rules, so it estimates nothing; give its project a `rules` section", path)
    return bundle


def identity_of(bundle: Bundle, settings: Settings) -> str:
    """Differs whenever the model does."""
    return f"{bundle.path}@{digest_of_file(bundle.path / MANIFEST)[:16]}{settings.ml_tokenizer_path or ''}"


def open_model(bundle: Bundle, folder: Path, settings: Settings) -> Model:
    """The model, ready to answer, with the tokenizer that the settings name instead of its own if they name one."""
    from sayso.runtime.model import Model

    tokenizer = bundle.tokenizer
    if settings.ml_tokenizer_path is not None:
        given = folder / settings.ml_tokenizer_path
        tokenizer = given / TOKENIZER if given.is_dir() else given
    return Model(bundle.spec, bundle.graph, tokenizer)
