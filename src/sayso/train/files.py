"""Plain files of examples -> weights, without a project: one choice head, its labels those of the training file."""

from __future__ import annotations

from pathlib import Path

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact
from sayso.examples import read_examples, write_splits
from sayso.examples.files import heads_of
from sayso.project import SPLITS, Project, Train
from sayso.train.stage import train


def train_files(
    train_file: Path, eval_file: Path | None, base: str, settings: Train, out: Path, *, device: str, progress: Progress = no_progress
) -> Artifact:
    """Fit a model on one file, choosing the best epoch on another; the examples are kept beside the weights."""
    heads = heads_of(train_file)
    project = Project.model_validate(
        {"name": "model", "base": base, "heads": {"intent": heads["intent"]}, "data": [{"examples": train_file}], "train": settings}
    )
    rows = {"train": list(read_examples(train_file, heads)), "val": list(read_examples(eval_file, heads)) if eval_file else []}
    data = out.with_name(f"{out.name}-examples")
    with new_artifact(data, "examples") as draft:
        draft.facts["rows"] = write_splits(draft.path, {name: rows.get(name, []) for name in SPLITS})
    return train(project, open_artifact(data, "examples"), out, device=device, progress=progress)
