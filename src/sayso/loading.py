"""What a user calls a model -> a Predictor: a folder, a reference into a registry, a hub id, or zero-shot.

A bundle takes the runtime alone. What the other kinds take is imported when one of them is asked for.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sayso.artifacts import MANIFEST, Progress, no_progress, read_json
from sayso.errors import BundleError, UsageError
from sayso.runtime import load as folders

if TYPE_CHECKING:
    from sayso.evaluate.candidates import Candidate
    from sayso.project import Project
    from sayso.runtime.predictor import Predictor

REGISTRY, ZERO_SHOT = "registry:", "zero-shot"
INFERENCE = {"mdeberta": "MoritzLaurer/mDeBERTa-v3-base-mnli-xnli"}
"""Short names of networks for natural language inference, and what the hub calls them."""
VARIABLES = ("SAYSO_MODEL", "HF_INTENT_MODEL")
"""What names a model in the environment; the first wins."""
NETWORK = "config.json"
"""What a folder has in which Hugging Face's libraries keep a network."""


def load(
    source: str | Path, *, project: Project | str | Path | None = None, threads: int = 1, allow_missing: bool = False,
    progress: Progress = no_progress,
) -> Predictor:  # fmt: skip
    """Load the model that `source` means, ready to answer.

    - the folder of a bundle, of a project that has built one, or of trained weights
    - `registry:NAME@ALIAS`, a version in the registry
    - a folder or hub id (OWNER/MODEL) of a Hugging Face network that classifies texts, or of a bundle
    - `zero-shot`: what the `project` says of its labels, on its base model; `zero-shot:MODEL` on another one, or by a folder
      or hub id of a network for natural language inference

    `project` is a Project or its folder, by default the current one. A bundle's file that was changed since the bundle was
    made is always refused; a missing one unless `allow_missing`.
    """
    found = _found(source, project, progress)
    return folders.load(found, threads=threads, allow_missing=allow_missing) if isinstance(found, Path) else found.open(threads)


def candidate_of(source: str | Path, *, project: Project | str | Path | None = None, progress: Progress = no_progress) -> Candidate:
    """The model that `source` means, to be judged: its spec may be changed before it is opened."""
    from sayso.evaluate.candidates import candidate_at

    found = _found(source, project, progress)
    return candidate_at(found) if isinstance(found, Path) else found


def model_from_environment(project: Project, *, threads: int = 1, progress: Progress = no_progress) -> Predictor:
    """The model that SAYSO_MODEL names, or HF_INTENT_MODEL; if neither does, the project's bundle, or zero-shot until it has one."""
    named = next((value for name in VARIABLES if (value := os.environ.get(name))), None)
    if named is None:
        named = str(project.build / "bundle") if (project.build / "bundle" / MANIFEST).is_file() else ZERO_SHOT
    elif named in INFERENCE:
        named = f"{ZERO_SHOT}:{named}"
    return load(named, project=project, threads=threads, progress=progress)


def is_zero_shot(source: str | Path) -> bool:
    """Whether a source means what a project says of its labels; a folder of that name is `./zero-shot`."""
    return isinstance(source, str) and source.partition(":")[0] == ZERO_SHOT and not source.endswith(":")


def zero_shot_bundle(source: str, project: Project | str | Path, progress: Progress = no_progress) -> Path:
    """The bundle that a zero-shot model is, to be registered like any other; a network for inference is none."""
    found = _found(source, project, progress)
    if isinstance(found, Path):
        return found
    raise UsageError(f"{source} reads a text and a label together, and is no bundle; `zero-shot` on a base model is one")


def _found(source: str | Path, project: Project | str | Path | None, progress: Progress) -> Path | Candidate:
    """The folder of the bundle that is meant, or the network, which torch runs."""
    if isinstance(source, str) and source.startswith(REGISTRY):
        from sayso.registry import resolve

        return resolve(source)
    if is_zero_shot(source):
        return _zero_shot(str(source).partition(":")[2], _read(project), progress)
    folder = _folder_of(source, progress)
    return _network(folder, project) if _holds_a_network(folder) else folders.find_bundle(folder)


def _zero_shot(model: str, project: Project, progress: Progress) -> Path | Candidate:
    """What the project says of its labels: a bundle on its base model or the one that is named, or a network for inference."""
    from sayso.zeroshot.cache import cached_bundle

    if not model:
        return cached_bundle(project, progress)
    from sayso.train.bases import BASES

    if model in BASES:
        return cached_bundle(project.with_base(model), progress)
    return _inferring(_folder_of(INFERENCE.get(model, model), progress), project)


def _network(folder: Path, project: Project | str | Path | None) -> Candidate:
    """One that infers what a text is about, for the project's labels; or one with labels of its own."""
    from sayso.evaluate.candidates import candidate_at, is_network
    from sayso.zeroshot.nli import is_nli

    return _inferring(folder, _read(project)) if is_network(folder) and is_nli(folder) else candidate_at(folder, _lent(project))


def _inferring(folder: Path, project: Project) -> Candidate:
    from sayso.evaluate.candidates import Candidate
    from sayso.zeroshot.nli import open_nli, spec_of_nli

    return Candidate(spec_of_nli(project, folder), lambda spec, threads: open_nli(spec, project, folder, threads))


def _folder_of(source: str | Path, progress: Progress) -> Path:
    """The folder that a source is, or that the hub has under this name."""
    folder = Path(source)
    if folder.exists():
        return folder
    from sayso.network.hub import fetch_model, is_hub_id

    if isinstance(source, str) and is_hub_id(source) and not folder.parent.exists():
        return fetch_model(source, progress)
    raise BundleError(
        "there is no such folder; a model is the folder of a bundle or of a project that has built one, registry:NAME@ALIAS, "
        "OWNER/MODEL on the Hugging Face hub, or zero-shot",
        source,
    )


def _holds_a_network(folder: Path) -> bool:
    """Whether a folder holds what torch runs: as Hugging Face keeps it, or as training leaves it."""
    manifest = read_json(folder / MANIFEST) if (folder / MANIFEST).is_file() else None
    return (folder / NETWORK).is_file() and (manifest is None or (isinstance(manifest, dict) and manifest.get("kind") == "weights"))


def _read(project: Project | str | Path | None) -> Project:
    from sayso.project import Project

    return project if isinstance(project, Project) else Project.load("." if project is None else project)


def _lent(project: Project | str | Path | None) -> Project | None:
    """The project, for what can do without one."""
    if isinstance(project, str | Path | None) and not Path(project or ".", folders.PROJECT_FILE).is_file():
        return None
    return _read(project)
