"""A model that is already there, and any file of examples -> a report: a bundle, or the graphs that `export` made."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sayso.artifacts import MANIFEST, Artifact, Progress, no_progress, open_artifact, read_json, write_json
from sayso.errors import UsageError
from sayso.evaluate.answers import head_answers
from sayso.evaluate.calibrate import fit_head, temperature_file
from sayso.evaluate.stage import baselines_of, report_of
from sayso.examples import read_examples, read_split
from sayso.project import SPLITS, Head, Project
from sayso.runtime.bundle import GRAPH, TOKENIZER, open_bundle
from sayso.runtime.load import find_bundle
from sayso.runtime.model import Model


def evaluate_file(
    model: Path, data: Path, *, temperature: float | None = None, project: Project | None = None, progress: Progress = no_progress
) -> dict[str, Any]:
    """Judge a model on every row of a file; beside it, with a project, the baselines fitted on its training rows."""
    folder, spec = model_of(model)
    if temperature is not None:
        spec = _at_temperature(spec, temperature)
    examples = list(read_examples(data, heads_of_spec(spec)))
    report = report_of(spec, folder, examples, progress)
    report |= {
        "name": spec["name"],
        "description": f"{data.name}, {len(examples)} rows",
        "base": None,
        "data": None,
        "gates": [],
        "baselines": [],
    }
    if project is not None:
        progress("fitting the baselines", 2, 3)
        made = open_artifact(project.build / "verified", "examples")
        splits = {name: read_split(made, name, project.heads) for name in SPLITS}
        report["baselines"] = baselines_of(project, spec, splits, examples, report)
    return report


def model_of(path: Path) -> tuple[Path, dict[str, Any]]:
    """The folder of a model's files, and its spec: of a bundle, verified, or of the artifact `onnx`."""
    manifest = path / MANIFEST
    if manifest.is_file() and read_json(manifest).get("kind") == "onnx":
        made: Artifact = open_artifact(path, "onnx")
        return made.path, copy.deepcopy(dict(made.manifest["spec"]))
    bundle = open_bundle(find_bundle(path))
    return bundle.path, copy.deepcopy(dict(bundle.spec))


def heads_of_spec(spec: Mapping[str, Any]) -> dict[str, Head]:
    """The heads that a spec tells of, as a project would declare them."""
    return {
        name: Head.model_validate(
            {
                "type": head["type"],
                "labels": list(head.get("labels", ())),
                "ordered": head.get("ordered", False),
                "fallback": head.get("fallback"),
            }
        )
        for name, head in spec["heads"].items()
    }


def _at_temperature(spec: dict[str, Any], temperature: float) -> dict[str, Any]:
    if temperature <= 0:
        raise UsageError(f"a temperature is above 0, not {temperature:g}")
    for head in spec["heads"].values():
        if head["type"] != "score":
            head["temperature"] = temperature
    return spec


def calibrate_file(model: Path, data: Path, output: Path, progress: Progress = no_progress) -> dict[str, Any]:
    """Fit a model's temperature on a file, and write it as temperature.json."""
    folder, spec = model_of(model)
    examples = list(read_examples(data, heads_of_spec(spec)))
    progress("calibrating", 0, 0)
    with Model(spec, folder / GRAPH, folder / TOKENIZER, threads=2) as loaded:
        answers = head_answers(spec, loaded.logits([row.text for row in examples]), examples)
    for name, head in answers.items():
        spec["heads"][name] |= fit_head(head, [examples[index] for index in head.rows])
    main = next((name for name, head in spec["heads"].items() if head["type"] == "choice"), None)
    document = temperature_file(spec, answers, main)
    write_json(output, document)
    return document
