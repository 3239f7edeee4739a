"""The artifacts `onnx` and `calibration` -> the artifact `report`: what the model is worth on `test`, which nothing was fitted on."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact, read_json, write_json, write_text
from sayso.errors import DataError
from sayso.evaluate.answers import head_answers
from sayso.evaluate.baselines import baselines_of
from sayso.evaluate.candidates import Candidate, graphs_in
from sayso.evaluate.command_baselines import command_baselines
from sayso.evaluate.commands import command_figures, worst_of
from sayso.evaluate.gates import hold
from sayso.evaluate.judge import head_figures, judge
from sayso.examples import Example, read_split
from sayso.project import SPLITS, Project
from sayso.runtime.model import Model
from sayso.runtime.predictor import Predictor
from sayso.runtime.spans import TokenScores

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
    shipped, original = graphs_in(onnx.path, spec), graphs_in(onnx.path, spec, FLOAT_GRAPH)
    report = report_of(shipped, test, progress)
    progress("judging the float model", 1, 3)
    report["figures"] |= _int8_cost(shipped, original, test, report) | _size(onnx.path, calibration.path)
    progress("fitting the baselines", 2, 3)
    report["baselines"] = [] if project.tool else baselines_of(project, splits, test, report)
    if project.tool and "commands" in report:
        report["commands"]["baselines"] = command_baselines(project.tool, splits["train"], test)
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


def report_of(candidate: Candidate, examples: Sequence[Example], progress: Progress = no_progress) -> dict[str, Any]:
    """What a report says of a model alone: figures, curves, how fast it answers."""
    progress("judging", 0, 3)
    with candidate.open() as model:
        latency = _latency(model, [row.text for row in examples])
    with candidate.open(threads=2) as model:
        report = judge(model, candidate.spec, examples)
    report["figures"] |= {"rows": len(examples), "latency_ms": latency}
    if commands := _commands(candidate, examples):
        report["figures"]["commands"] = commands["figures"]
        report["commands"] = {"worst": commands["worst"], "baselines": []}
    main = next(iter(report["details"]), None)
    report["confidence_histogram"] = report["details"][main]["confidence_histogram"] if main else {}
    report["intent_mix"] = _answers_by_label(report["details"][main]) if main else {}
    return report


def _commands(candidate: Candidate, examples: Sequence[Example]) -> dict[str, Any]:
    """What a model of commands is worth as a whole, where the rows tell what is right: figures, and the wrong answers it was surest of."""
    if "commands" not in candidate.spec or not any(row.output for row in examples):
        return {}
    with candidate.open() as model:
        assert isinstance(model, Model)
        figures, judged = command_figures(model, examples)
    return {"figures": figures, "worst": worst_of(judged)}


def _answers_by_label(details: Mapping[str, Any]) -> dict[str, int]:
    """How often each label was the answer, right or wrong: what traffic can be compared with, of which nobody knows the truth."""
    return {label: sum(column) for label, column in zip(details["labels"], zip(*details["confusion"], strict=True), strict=True)}


def write_report(folder: Path, report: Mapping[str, Any]) -> None:
    """report.json, and the same as one page."""
    from sayso.evaluate.report import page

    write_json(folder / "report.json", report)
    write_text(folder / "report.html", page(report))


def _int8_cost(shipped: Candidate, original: Candidate, examples: Sequence[Example], report: Mapping[str, Any]) -> dict[str, Any]:
    """How much accuracy the float model had more, on the head that lost most; and head by head, how alike both answer."""
    texts = [row.text for row in examples]
    with original.open(threads=2) as model:
        before = model.logits(texts)
    with shipped.open(threads=2) as model:
        after = model.logits(texts)
    float_accuracy = {name: head_figures(head)["accuracy"] for name, head in head_answers(original.spec, before, examples).items()}
    drops = {name: accuracy - report["figures"][name]["accuracy"] for name, accuracy in float_accuracy.items()}
    alike = {name: _alike(head["type"], before[name], after[name]) for name, head in shipped.spec["heads"].items()}
    return {"int8_drop": max(drops.values(), default=0.0), "float_accuracy": float_accuracy, "int8_agreement": alike}


def _alike(kind: str, before: NDArray[Any], after: NDArray[Any]) -> float:
    """The share of the same answers; of a score, 1 less the mean difference."""
    if kind == "spans":
        return float(np.mean([_classes(one) == _classes(other) for one, other in zip(before, after, strict=True)]))
    if kind == "choice":
        return float((before.argmax(-1) == after.argmax(-1)).mean())
    return float(((before > 0) == (after > 0)).mean()) if kind == "tags" else 1 - float(np.abs(before - after).mean())


def _classes(scores: TokenScores) -> list[int]:
    found: list[int] = scores.logits.argmax(-1).tolist()
    return found


def _size(onnx: Path, calibration: Path) -> dict[str, float]:
    files = [onnx / GRAPH, onnx / TOKENIZER, onnx / "config.json", calibration / "temperature.json"]
    return {"size_mb": sum(file.stat().st_size for file in files) / 1e6}


def _latency(model: Predictor, texts: Sequence[str]) -> dict[str, float]:
    """How long one answer takes, text by text, on one thread."""
    times = []
    for text in texts[:200]:
        started = time.perf_counter()
        model.predict(text)
        times.append(1000 * (time.perf_counter() - started))
    p50, p95 = np.quantile(times, [0.5, 0.95])
    return {"mean": round(float(np.mean(times)), 3), "p50": round(float(p50), 3), "p95": round(float(p95), 3)}
