"""Answers and truths -> figures. Formulas come from scikit-learn where it has them; the others are tested against netcal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.runtime.spans import Mark, spans_f1

Floats = NDArray[np.float64]
BINS = 15
RESAMPLES = 1000
Z = 1.96


@dataclass(frozen=True)
class ReliabilityBin:
    """The answers whose confidence lies in one interval: how many, how sure on average, how often right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def choice_figures(probabilities: Floats, truth: NDArray[np.int64], labels: Sequence[str], *, ordered: bool = False) -> dict[str, Any]:
    """Everything that is said of a choice head: how often it is right, per label, and whether its confidence is honest."""
    from sklearn.metrics import f1_score, precision_recall_fscore_support

    guess = probabilities.argmax(-1)
    right = guess == truth
    confidence = probabilities.max(-1)
    ids = list(range(len(labels)))
    seen = sorted(set(truth.tolist()))
    precision, recall, f1, support = precision_recall_fscore_support(truth, guess, labels=ids, zero_division=0)
    ece, mce = calibration_errors(confidence, right)
    figures: dict[str, Any] = {
        "accuracy": float(right.mean()),
        "accuracy_low": interval(right.astype(float))[0],
        "accuracy_high": interval(right.astype(float))[1],
        "macro_f1": float(f1_score(truth, guess, labels=seen, average="macro", zero_division=0)),
        "f1": {"min": float(min(f1[label] for label in seen)), **{labels[i]: float(f1[i]) for i in seen}},
        "precision": {labels[i]: float(precision[i]) for i in seen},
        "recall": {labels[i]: float(recall[i]) for i in seen},
        "support": {labels[i]: int(support[i]) for i in ids},
        "ece": ece,
        "mce": mce,
        "nll": float(-np.log(np.clip(probabilities[np.arange(len(truth)), truth], 1e-12, 1)).mean()),
        "brier": float(((probabilities - np.eye(len(labels))[truth]) ** 2).sum(-1).mean()),
        "aurc": float(risk_coverage(confidence, right)[1].mean()),
        "mean_confidence": float(confidence.mean()),
    }
    if ordered:
        steps = np.abs(guess - truth)
        figures |= {"mae_steps": float(steps.mean()), "off_by_one": float((steps <= 1).mean())}
    return figures


def tags_figures(probabilities: Floats, thresholds: Floats, truth: NDArray[np.bool_], labels: Sequence[str]) -> dict[str, Any]:
    """How well a tags head finds its labels, together and one by one."""
    from sklearn.metrics import f1_score

    guess = probabilities >= thresholds
    each = f1_score(truth, guess, average=None, zero_division=0)
    return {
        "micro_f1": float(f1_score(truth, guess, average="micro", zero_division=0)),
        "macro_f1": float(f1_score(truth, guess, average="macro", zero_division=0)),
        "exact": float((guess == truth).all(-1).mean()),
        "accuracy": float((guess == truth).mean()),
        "f1": {"min": float(each.min()), **{label: float(value) for label, value in zip(labels, each, strict=True)}},
    }


def spans_figures(found: Sequence[Sequence[Mark]], true: Sequence[Sequence[Mark]]) -> dict[str, Any]:
    """How well a spans head marks texts: together, label by label, and how many texts are marked right to the character."""
    pairs = [(set(guess), set(truth)) for guess, truth in zip(found, true, strict=True)]
    labels = sorted({mark.label for pair in pairs for marks in pair for mark in marks})
    each: dict[str, tuple[float, float, float]] = {}
    for label in labels:
        own = [tuple({mark for mark in marks if mark.label == label} for marks in pair) for pair in pairs]
        right, told, there = (sum(map(len, sets)) for sets in ([g & t for g, t in own], [g for g, _ in own], [t for _, t in own]))
        each[label] = (right / max(1, told), right / max(1, there), 2 * right / (told + there))
    exact = float(np.mean([guess == truth for guess, truth in pairs])) if pairs else 0.0
    f1 = [value for _, _, value in each.values()]
    return {
        "micro_f1": spans_f1(found, true),
        "macro_f1": float(np.mean(f1)) if f1 else 1.0,
        "exact": exact,
        "accuracy": exact,
        "precision": {label: value for label, (value, _, _) in each.items()},
        "recall": {label: value for label, (_, value, _) in each.items()},
        "f1": {"min": min(f1, default=1.0), **{label: value for label, (_, _, value) in each.items()}},
    }


def score_figures(values: Floats, truth: Floats) -> dict[str, Any]:
    """How far a score head is off, and whether it ranks texts as it should."""
    from scipy.stats import spearmanr

    off = np.abs(values - truth)
    ranks = float(spearmanr(values, truth).statistic) if len(truth) > 1 and np.ptp(values) > 0 and np.ptp(truth) > 0 else 0.0
    return {"mae": float(off.mean()), "max_error": float(off.max()), "spearman": ranks, "accuracy": 1.0 - float(off.mean())}


def calibration_errors(confidence: Floats, right: NDArray[np.bool_], bins: int = BINS) -> tuple[float, float]:
    """ECE and MCE: how far confidence is from accuracy over equal bins, on average by rows, and at worst."""
    found = [each for each in reliability(confidence, right, bins) if each.count]
    gaps = np.array([abs(each.accuracy - each.confidence) for each in found])
    counts = np.array([each.count for each in found])
    return float((gaps * counts).sum() / counts.sum()), float(gaps.max())


def reliability(confidence: Floats, right: NDArray[np.bool_], bins: int = BINS) -> list[ReliabilityBin]:
    """The bins of a reliability diagram."""
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="right") - 1, 0, bins - 1)
    rows: list[ReliabilityBin] = []
    for index in range(bins):
        inside = place == index
        count = int(inside.sum())
        mean = (float(confidence[inside].mean()), float(right[inside].mean())) if count else (0.0, 0.0)
        rows.append(ReliabilityBin(float(edges[index]), float(edges[index + 1]), count, *mean))
    return rows


def risk_coverage(confidence: Floats, right: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Answering only the surest share of the texts (coverage): how many of those answers are wrong (risk)."""
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(order) + 1)
    return answered / len(order), np.cumsum(~right[order]) / answered


def out_of_scope_auroc(scores: Floats, in_scope: NDArray[np.bool_]) -> float | None:
    """How well a score tells texts in scope from those out of it; None where there is only one kind."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(in_scope, scores)) if in_scope.any() and not in_scope.all() else None


def interval(values: Floats, seed: int = 0) -> tuple[float, float]:
    """The 95 % bootstrap interval of a mean; of a share of 0 or 1, which resampling cannot widen, Wilson's."""
    if len(values) == 0:
        return 0.0, 0.0
    if values.min() == values.max() and values[0] in (0.0, 1.0):
        reach = Z**2 / (len(values) + Z**2)
        return (0.0, reach) if values[0] == 0.0 else (1 - reach, 1.0)
    random = np.random.default_rng(seed)
    means = np.array([values[random.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)])
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def search_minimum(loss: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one positive number is smallest, searched on a log scale."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(lambda log: loss(float(np.exp(log))), bounds=(np.log(low), np.log(high)), method="bounded")
    return float(np.exp(found.x))
