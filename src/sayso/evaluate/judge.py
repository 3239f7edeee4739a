"""A model on labelled rows -> figures, and what a report shows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from sayso.evaluate.answers import HeadAnswers, head_answers
from sayso.evaluate.metrics import (
    choice_figures,
    out_of_scope_auroc,
    reliability,
    risk_coverage,
    score_figures,
    spans_figures,
    tags_figures,
)
from sayso.evaluate.rules import compare_modes
from sayso.examples import Example
from sayso.runtime.decide import conformal_set, energy
from sayso.runtime.predictor import Predictor

WORST = 25
POINTS = 60


def judge(model: Predictor, spec: Mapping[str, Any], examples: Sequence[Example]) -> dict[str, Any]:
    """What each head gets right on `examples`: `figures`, and for every choice head the tables and curves behind them."""
    logits = model.logits([row.text for row in examples])
    answers = head_answers(spec, logits, examples)
    figures: dict[str, Any] = {}
    details: dict[str, Any] = {}
    for name, head in answers.items():
        figures[name] = head_figures(head)
        if head.spec["type"] == "choice":
            details[name] = _details(head, [examples[index] for index in head.rows])
    return {"heads": list(answers), "figures": figures, "details": details, "modes": compare_modes(spec, logits, examples)}


def head_figures(head: HeadAnswers) -> dict[str, Any]:
    """The figures of one head."""
    if head.spec["type"] == "score":
        return score_figures(np.clip(head.raw.astype(np.float64), 0, 1), head.truth)
    if head.spec["type"] == "tags":
        return tags_figures(head.probabilities(), np.array(head.spec["thresholds"]), head.truth, head.labels)
    if head.spec["type"] == "spans":
        return spans_figures(head.marks(), [marks for _, marks in head.texts])
    figures = choice_figures(head.probabilities(), head.truth, head.labels, ordered=bool(head.spec.get("ordered")))
    plain = choice_figures(head.probabilities(1.0), head.truth, head.labels)
    figures |= {"uncalibrated": {name: plain[name] for name in ("ece", "mce", "nll")}, "temperature": float(head.spec["temperature"])}
    return figures | _scope_figures(head) | _set_figures(head)


def _scope_figures(head: HeadAnswers) -> dict[str, Any]:
    scope, fallback = head.spec.get("out_of_scope"), head.spec.get("fallback")
    if not scope:
        return {}
    scores = energy(head.raw)
    flagged = scores < scope["threshold"]
    in_scope = head.truth != head.labels.index(fallback) if fallback in head.labels else np.ones(len(scores), dtype=bool)
    found: dict[str, Any] = {"flagged_in_scope": float(flagged[in_scope].mean()) if in_scope.any() else 0.0}
    auroc = out_of_scope_auroc(scores, in_scope)
    return {"out_of_scope": found | ({} if auroc is None else {"auroc": auroc, "flagged_fallback": float(flagged[~in_scope].mean())})}


def _set_figures(head: HeadAnswers) -> dict[str, Any]:
    conformal = head.spec.get("conformal")
    if not conformal:
        return {}
    inside = conformal_set(head.probabilities(), conformal["threshold"])
    holds = inside[np.arange(len(head.truth)), head.truth]
    return {"set": {"coverage": float(holds.mean()), "size": float(inside.sum(-1).mean()), "promised": 1 - conformal["alpha"]}}


def _details(head: HeadAnswers, examples: Sequence[Example]) -> dict[str, Any]:
    from sklearn.metrics import confusion_matrix

    probabilities = head.probabilities()
    guess, confidence = probabilities.argmax(-1), probabilities.max(-1)
    right = guess == head.truth
    coverage, risk = risk_coverage(confidence, right)
    points = np.unique(np.linspace(0, len(coverage) - 1, POINTS).astype(int))
    counts, edges = np.histogram(confidence, bins=20, range=(0, 1))
    wrong = sorted(np.flatnonzero(~right).tolist(), key=lambda index: -float(confidence[index]))[:WORST]
    return {
        "labels": head.labels,
        "confusion": confusion_matrix(head.truth, guess, labels=range(len(head.labels))).tolist(),
        "reliability": [asdict(each) for each in reliability(confidence, right)],
        "uncalibrated": [asdict(each) for each in reliability(*_plain(head))],
        "risk_coverage": {"coverage": coverage[points].tolist(), "risk": risk[points].tolist()},
        "confidence_histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
        "worst": [_mistake(examples[i], head.labels[head.truth[i]], head.labels[guess[i]], float(confidence[i])) for i in wrong],
    }


def _plain(head: HeadAnswers) -> tuple[Any, Any]:
    probabilities = head.probabilities(1.0)
    return probabilities.max(-1), probabilities.argmax(-1) == head.truth


def _mistake(example: Example, truth: str, guess: str, confidence: float) -> dict[str, Any]:
    return {"text": example.text, "truth": truth, "answer": guess, "confidence": confidence, "group": example.group}
