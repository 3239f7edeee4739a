"""The artifacts `onnx` and `calibration` -> the artifact `report`: what the model is worth on `test`, which nothing was fitted on."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact, read_json, write_json, write_text
from sayso.errors import DataError
from sayso.evaluate.answers import head_answers
from sayso.evaluate.baselines import choice_baselines
from sayso.evaluate.gates import hold
from sayso.evaluate.judge import head_figures, judge
from sayso.evaluate.metrics import interval
from sayso.examples import Example, read_split
from sayso.project import SPLITS, Project
from sayso.runtime.model import Model

GRAPH, FLOAT_GRAPH, TOKENIZER = "model.onnx", "model.fp32.onnx", "tokenizer.json"
GOLDEN_TEXTS = 20


def evaluate(
    project: Project, onnx: Artifact, calibration: Artifact, data: Artifact, out: Path, progress: Progress = no_progress
) -> Artifact:
    """Judge the model that is shipped, the float one it came from, and the baselines; hold the gates against the figures."""
    splits = {name: read_split(data, name, project.heads) for name in SPLITS}
    test = splits["test"]
    if not test:
        raise DataError("there are no rows to judge on; give `test` a share in `splits`", data.path / "test.jsonl")
    spec = read_json(calibration.path / "calibration.json")
    report = report_of(spec, onnx.path, test, progress)
    report["figures"] |= _int8_drop(spec, onnx.path, test, report, progress) | _size(onnx.path, calibration.path)
    progress("fitting the baselines", 2, 3)
    report["baselines"] = baselines_of(project, spec, splits, test, report)
    report["gates"] = hold(project.gates, report["figures"])
    report |= {
        "name": project.name,
        "description": project.description.strip(),
        "base": onnx.manifest["base"],
        "quantization": onnx.manifest["quantization"],
        "data": {"digest": data.digest, "rows": {name: len(rows) for name, rows in splits.items()}},
        "golden_texts": [{"text": row.text} for row in test[:: max(1, len(test) // GOLDEN_TEXTS)]][:GOLDEN_TEXTS],
        "verification": data.manifest.get("verification"),
    }
    progress("drawing the report", 3, 3)
    with new_artifact(out, "report", inputs={"onnx": onnx, "calibration": calibration, "data": data}) as draft:
        write_report(draft.path, report)
        draft.facts |= {"gates": report["gates"]}
    return open_artifact(out, "report")


def report_of(spec: Mapping[str, Any], folder: Path, examples: Sequence[Example], progress: Progress = no_progress) -> dict[str, Any]:
    """What a report says of a model alone: figures, curves, how fast it answers."""
    progress("judging", 0, 3)
    with Model(spec, folder / GRAPH, folder / TOKENIZER) as model:
        latency = _latency(model, [row.text for row in examples])
    with Model(spec, folder / GRAPH, folder / TOKENIZER, threads=2) as model:
        report = judge(model, spec, examples)
    report["figures"] |= {"rows": len(examples), "latency_ms": latency}
    main = next(iter(report["details"]), None)
    report["confidence_histogram"] = report["details"][main]["confidence_histogram"] if main else {}
    return report


def write_report(folder: Path, report: Mapping[str, Any]) -> None:
    """report.json, and the same as one page."""
    from sayso.evaluate.report import page

    write_json(folder / "report.json", report)
    write_text(folder / "report.html", page(report))


def baselines_of(
    project: Project, spec: Mapping[str, Any], splits: Mapping[str, Sequence[Example]], judged: Sequence[Example], report: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """For each choice head, how often every baseline is right on the judged rows, beside the model."""
    found: list[dict[str, Any]] = []
    for name, head in project.heads.items():
        rows = [row for row in judged if name in row.labels]
        if head.type != "choice" or not rows:
            continue
        truth = np.array([list(head.labels).index(str(row.labels[name])) for row in rows])
        model = report["figures"][name]
        found.append(
            {
                "head": name,
                "name": "this model",
                "accuracy": model["accuracy"],
                "low": model["accuracy_low"],
                "high": model["accuracy_high"],
            }
        )
        for baseline, answers in choice_baselines(name, head, splits["train"], splits["val"], rows).items():
            right = (answers == truth).astype(float)
            low, high = interval(right)
            found.append({"head": name, "name": baseline, "accuracy": float(right.mean()), "low": low, "high": high})
    return found


def _int8_drop(
    spec: Mapping[str, Any], folder: Path, examples: Sequence[Example], report: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """How much accuracy the float model had more, on the head that lost most."""
    progress("judging the float model", 1, 3)
    with Model(spec, folder / FLOAT_GRAPH, folder / TOKENIZER, threads=2) as model:
        answers = head_answers(spec, model.logits([row.text for row in examples]), examples)
    before = {name: head_figures(head)["accuracy"] for name, head in answers.items()}
    drops = {name: before[name] - report["figures"][name]["accuracy"] for name in before}
    return {"int8_drop": max(drops.values(), default=0.0), "float_accuracy": before}


def _size(onnx: Path, calibration: Path) -> dict[str, float]:
    files = [onnx / GRAPH, onnx / TOKENIZER, onnx / "config.json", calibration / "temperature.json"]
    return {"size_mb": sum(file.stat().st_size for file in files) / 1e6}


def _latency(model: Model, texts: Sequence[str]) -> dict[str, float]:
    """How long one answer takes, text by text, on one thread."""
    times = []
    for text in texts[:200]:
        started = time.perf_counter()
        model.predict(text)
        times.append(1000 * (time.perf_counter() - started))
    p50, p95 = np.quantile(times, [0.5, 0.95])
    return {"p50": round(float(p50), 3), "p95": round(float(p95), 3)}
