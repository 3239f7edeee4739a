"""Plain files of examples -> weights: with the heads of a project, or with one choice head made from the training file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact
from sayso.examples import read_examples, write_splits
from sayso.examples.files import heads_of
from sayso.project import SPLITS, Project
from sayso.train.stage import train


def train_files(
    train_file: Path, eval_file: Path | None, project: Project | None, settings: dict[str, Any], base: str | None, out: Path, *,
    device: str, progress: Progress = no_progress,
) -> Artifact:  # fmt: skip
    """Fit a model on one file, choosing the best epoch on another; the examples are kept beside the weights.

    With a project, its heads and settings; without one, a choice head whose labels are those of the training file.
    """
    project = project or _project_for(train_file)
    project = project.with_section("train", settings) if settings else project
    project = project.with_base(base) if base else project
    rows = {
        "train": list(read_examples(train_file, project.heads)),
        "val": list(read_examples(eval_file, project.heads)) if eval_file else [],
    }
    data = out.with_name(f"{out.name}-examples")
    with new_artifact(data, "examples") as draft:
        draft.facts["rows"] = write_splits(draft.path, {name: rows.get(name, []) for name in SPLITS})
    return train(project, open_artifact(data, "examples"), out, device=device, progress=progress)


def _project_for(train_file: Path) -> Project:
    head = heads_of(train_file)["intent"]
    return Project.model_validate({"name": "model", "heads": {"intent": head}, "data": [{"examples": train_file}]})
