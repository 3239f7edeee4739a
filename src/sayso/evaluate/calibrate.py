"""The artifact `onnx` -> the artifact `calibration`: temperatures, thresholds and sets, fitted on `calib` through the runtime."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact, write_json
from sayso.errors import DataError
from sayso.evaluate.answers import HeadAnswers, head_answers
from sayso.evaluate.confidence import fit_confidence
from sayso.evaluate.metrics import choice_figures, search_minimum
from sayso.evaluate.rules import fit_rules, fit_share
from sayso.examples import Example, group_of, read_split
from sayso.project import Project
from sayso.runtime.decide import energy, softmax
from sayso.runtime.model import Model
from sayso.runtime.reading import interpreter_of

COLDEST, HOTTEST = 0.05, 20.0
FOLDS = 5
ALPHA = 0.1
IN_SCOPE_LOST = 0.02
"""The share of texts in scope that the out-of-scope threshold may flag."""


def calibrate(project: Project, onnx: Artifact, data: Artifact, out: Path, progress: Progress = no_progress) -> Artifact:
    """Fit what turns outputs into honest numbers. Nothing is fitted on the rows that it will be judged on."""
    examples = read_split(data, "calib", project.heads)
    if not examples:
        raise DataError("there are no rows to calibrate on; give `calib` a share in `splits`", data.path / "calib.jsonl")
    spec = copy.deepcopy(dict(onnx.manifest["spec"]))
    progress("calibrating", 0, 0)
    with Model(spec, onnx.path / "model.onnx", onnx.path / "tokenizer.json", threads=2) as model:
        answers = head_answers(spec, model.logits([row.text for row in examples]), examples)
    fitted: dict[str, Any] = {}
    for name, head in answers.items():
        spec["heads"][name] |= (entry := fit_head(head, [examples[index] for index in head.rows]))
        fitted[name] = entry
    if project.tool:
        progress("fitting the confidence of commands", 0, 0)
        with Model(spec, onnx.path / "model.onnx", onnx.path / "tokenizer.json") as model:
            spec["commands"]["confidence"] = fitted["commands"] = fit_confidence(interpreter_of(model, spec["commands"]), examples)
    if project.rules:
        progress("fitting the rules", 0, 0)
        spec["rules"] = _rules(project, spec, onnx, data)
    with new_artifact(out, "calibration", inputs={"onnx": onnx, "data": data}) as draft:
        write_json(draft.path / "calibration.json", spec)
        write_json(draft.path / "temperature.json", temperature_file(spec, answers, project.main_head))
        draft.facts |= {"fitted": fitted, "rows": len(examples)}
    return open_artifact(out, "calibration")


def _rules(project: Project, spec: Mapping[str, Any], onnx: Artifact, data: Artifact) -> dict[str, Any]:
    """The rules, their scale fitted on `train`; the model's share in a mixture fitted on `val` where the project wants that."""
    assert project.rules is not None
    rules = fit_rules(project, read_split(data, "train", project.heads))
    if project.rules.model_share == "fit":
        rows = read_split(data, "val", project.heads)
        with Model(spec, onnx.path / "model.onnx", onnx.path / "tokenizer.json", threads=2) as model:
            scores = model.logits([row.text for row in rows])[project.rules.score]
        rules["model_share"] = fit_share({**spec, "rules": rules}, scores.astype(np.float64), rows)
    return rules


def fit_head(head: HeadAnswers, examples: list[Example]) -> dict[str, Any]:
    """What the spec says of a head once it is calibrated."""
    if head.spec["type"] == "score":
        return {}
    groups = [group_of(example) for example in examples]
    temperature, held_out = fit_temperature(head, groups)
    if head.spec["type"] == "tags":
        return {"temperature": temperature, "held_out_nll": held_out, "thresholds": _tag_thresholds(head, temperature)}
    if head.spec["type"] == "spans":
        return {"temperature": temperature, "held_out_nll": held_out}
    entry: dict[str, Any] = {"temperature": temperature, "held_out_nll": held_out, "out_of_scope": _out_of_scope(head)}
    return entry | {"conformal": {"alpha": ALPHA, "threshold": _conformal(head, temperature)}}


def fit_temperature(head: HeadAnswers, groups: list[str]) -> tuple[float, dict[str, float]]:
    """The temperature with the least NLL; 1 if, fitted on some groups, it does not do better than 1 on the others."""
    fold = _folds(groups)
    scaled = plain = 0.0
    for index in range(FOLDS):
        inside = fold == index
        if not inside.any() or inside.all():
            continue
        temperature = _coolest(head, ~inside)
        scaled += _nll(head, temperature, inside) * inside.sum()
        plain += _nll(head, 1.0, inside) * inside.sum()
    held_out = {"scaled": round(scaled / len(fold), 5), "plain": round(plain / len(fold), 5)}
    if scaled >= plain:
        return 1.0, held_out
    return round(_coolest(head, np.ones(len(fold), dtype=bool)), 4), held_out


def temperature_file(spec: Mapping[str, Any], answers: Mapping[str, HeadAnswers], main: str | None) -> dict[str, Any]:
    """`temperature.json` as deploy folders have it: of the main head, and of all heads where there are several."""
    temperatures = {name: head["temperature"] for name, head in spec["heads"].items() if "temperature" in head}
    if main is None or main not in answers:
        return {"temperature": 1.0, "temperatures": temperatures}
    head = answers[main]
    before = choice_figures(head.probabilities(1.0), head.truth, head.labels)
    after = choice_figures(head.probabilities(temperatures[main]), head.truth, head.labels)
    document: dict[str, Any] = {
        "temperature": temperatures[main],
        "metrics": {
            "accuracy": after["accuracy"],
            "ece_before": before["ece"],
            "ece_after": after["ece"],
            "mce_before": before["mce"],
            "mce_after": after["mce"],
        },
        "calibration_samples": len(head.truth),
        "intent_labels": head.labels,
    }
    return document | ({"temperatures": temperatures} if len(temperatures) > 1 else {})


def _coolest(head: HeadAnswers, rows: NDArray[np.bool_]) -> float:
    return search_minimum(lambda temperature: _nll(head, temperature, rows), COLDEST, HOTTEST)


def _nll(head: HeadAnswers, temperature: float, rows: NDArray[np.bool_]) -> float:
    probabilities, truth = head.probabilities(temperature)[rows], head.truth[rows]
    if head.spec["type"] in ("choice", "spans"):
        return float(-np.log(np.clip(probabilities[np.arange(len(truth)), truth], 1e-12, 1)).mean())
    likelihood = np.where(truth, probabilities, 1 - probabilities)
    return float(-np.log(np.clip(likelihood, 1e-12, 1)).sum(-1).mean())


def _folds(groups: list[str]) -> NDArray[np.int64]:
    """A fold for every row; rows of a group share it."""
    order = {group: index for index, group in enumerate(dict.fromkeys(groups))}
    return np.array([order[group] % FOLDS for group in groups])


def _tag_thresholds(head: HeadAnswers, temperature: float) -> list[float]:
    """For each tag, the threshold with the best F1 among a few; one half where no row has the tag."""
    probabilities, found = head.probabilities(temperature), []
    for index in range(len(head.labels)):
        truth, column = head.truth[:, index], probabilities[:, index]
        candidates = [0.5, 0.3, 0.35, 0.4, 0.45, 0.55, 0.6, 0.65, 0.7]
        found.append(max(candidates, key=lambda threshold: _f1(column >= threshold, truth)) if truth.any() else 0.5)
    return found


def _f1(guess: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    return float(2 * (guess & truth).sum() / max(1, guess.sum() + truth.sum()))


def _out_of_scope(head: HeadAnswers) -> dict[str, Any]:
    """A threshold on the energy, below which a text is unlike all that is in scope."""
    scores = energy(head.raw)
    fallback = head.spec.get("fallback")
    in_scope = head.truth != head.labels.index(fallback) if fallback else np.ones(len(scores), dtype=bool)
    right = in_scope & (head.raw.argmax(-1) == head.truth)
    return {"method": "energy", "threshold": round(float(np.quantile(scores[right if right.any() else in_scope], IN_SCOPE_LOST)), 4)}


def _conformal(head: HeadAnswers, temperature: float) -> float:
    """The threshold on 1 - p that holds the true label of all but `ALPHA` of the texts (split conformal)."""
    misses = 1.0 - softmax(head.raw, temperature)[np.arange(len(head.truth)), head.truth]
    level = min(1.0, np.ceil((len(misses) + 1) * (1 - ALPHA)) / len(misses))
    return round(float(np.quantile(misses, level, method="higher")), 6)
