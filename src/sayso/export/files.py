"""Weights that were trained on plain files -> the artifact `onnx`, without a project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact
from sayso.errors import UsageError
from sayso.examples import read_examples, write_splits
from sayso.export.stage import export
from sayso.project import SPLITS, Export, Project


def export_files(weights: Path, eval_file: Path | None, out: Path, settings: dict[str, Any], progress: Progress = no_progress) -> Artifact:
    """Export a folder of weights; what INT8 costs is measured on `eval_file`."""
    made = open_artifact(weights, "weights")
    if eval_file is None and settings.get("quantize", True):
        raise UsageError("name a file of examples with --eval, on which the accuracy that INT8 costs is measured; or use --no-quantize")
    project = Project.model_validate(
        {
            "name": "model",
            "base": made.manifest["base"],
            "heads": made.manifest["heads"],
            "data": [{"examples": eval_file or weights}],
            "export": Export(**settings),
        }
    )
    rows = list(read_examples(eval_file, project.heads)) if eval_file else []
    data = out.with_name(f"{out.name}-examples")
    with new_artifact(data, "examples") as draft:
        draft.facts["rows"] = write_splits(draft.path, {name: rows if name == "val" else [] for name in SPLITS})
    return export(project, made, open_artifact(data, "examples"), out, progress)
