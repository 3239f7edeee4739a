"""A model that is already there, and any file of examples -> a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sayso.artifacts import Progress, no_progress, open_artifact, write_json
from sayso.errors import UsageError
from sayso.evaluate.answers import head_answers
from sayso.evaluate.baselines import baselines_of
from sayso.evaluate.calibrate import fit_head, temperature_file
from sayso.evaluate.candidates import Candidate, candidate_at
from sayso.evaluate.command_baselines import command_baselines
from sayso.evaluate.stage import report_of
from sayso.examples import read_examples, read_split
from sayso.project import SPLITS, Project


def evaluate_file(
    model: Path | Candidate, data: Path, *, temperature: float | None = None, max_length: int | None = None, project: Project | None = None,
    progress: Progress = no_progress,
) -> dict[str, Any]:  # fmt: skip
    """Judge a model on every row of a file; beside it, with a project, the baselines fitted on its training rows."""
    candidate = model if isinstance(model, Candidate) else candidate_at(model)
    if temperature is not None:
        _set_temperature(candidate.spec, temperature)
    if max_length is not None:
        candidate.spec["max_length"] = max_length
    examples = list(read_examples(data, candidate.heads))
    report = report_of(candidate, examples, progress)
    report |= {
        "name": candidate.spec["name"],
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
        if project.tool and "commands" in report:
            report["commands"]["baselines"] = command_baselines(project.tool, splits["train"], examples)
        else:
            report["baselines"] = baselines_of(project, splits, examples, report)
    return report


def _set_temperature(spec: dict[str, Any], temperature: float) -> None:
    if temperature <= 0:
        raise UsageError(f"a temperature is above 0, not {temperature:g}")
    for head in spec["heads"].values():
        if head["type"] != "score":
            head["temperature"] = temperature


def calibrate_file(model: Path, data: Path, output: Path, progress: Progress = no_progress) -> dict[str, Any]:
    """Fit a model's temperature on a file, and write it as temperature.json."""
    candidate = candidate_at(model)
    spec, examples = candidate.spec, list(read_examples(data, candidate.heads))
    progress("calibrating", 0, 0)
    with candidate.open(threads=2) as loaded:
        answers = head_answers(spec, loaded.logits([row.text for row in examples]), examples)
    for name, head in answers.items():
        spec["heads"][name] |= fit_head(head, [examples[index] for index in head.rows])
    main = next((name for name, head in spec["heads"].items() if head["type"] == "choice"), None)
    document = temperature_file(spec, answers, main)
    write_json(output, document)
    return document
