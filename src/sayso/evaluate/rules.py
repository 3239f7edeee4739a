"""Rules beside a model: their scale fitted on training rows, and every mode of putting both together judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from sayso.errors import DataError
from sayso.evaluate.metrics import Floats, interval
from sayso.examples import Example
from sayso.project import Project
from sayso.runtime.blend import Blend, Mode, parse_blend
from sayso.runtime.rules import rule_estimate

POINTS = 25
SHARES = np.linspace(0, 1, 21)
EDGE_QUANTILE = 0.02


def fit_rules(project: Project, train: Sequence[Example]) -> dict[str, Any]:
    """What a spec says of rules: the scale that maps their raw sums to scores, and the edges between tiers, fitted on `train`."""
    rules = project.rules
    assert rules is not None
    known = [row for row in train if rules.score in row.labels and rules.tier in row.labels]
    if not known:
        raise DataError(f"no training row has both {rules.score!r} and {rules.tier!r}, which the rules are fitted on")
    raw = np.array([rule_estimate(row.text).raw for row in known])
    truth = np.array([float(row.labels[rules.score]) for row in known])  # type: ignore[arg-type]
    tiers = [str(row.labels[rules.tier]) for row in known]
    return {
        "score": rules.score,
        "tier": rules.tier,
        "scale": _scale(raw, truth),
        "edges": _edges(truth, np.array(tiers), list(project.heads[rules.tier].labels)),
        "mode": rules.mode,
        "model_share": 0.6 if rules.model_share == "fit" else rules.model_share,
        "unsure": list(rules.unsure),
    }


def fit_share(spec: Mapping[str, Any], scores: Floats, examples: Sequence[Example]) -> float:
    """The share of the model in a mixture with the least error on rows that trained nothing."""
    blend = _blend(spec)
    known, truth = _known(blend, examples)
    rules = _rule_scores(blend, [examples[index] for index in known])
    errors = [np.abs(share * scores[known] + (1 - share) * rules - truth).mean() for share in SHARES]
    return round(float(SHARES[int(np.argmin(errors))]), 2)


def compare_modes(spec: Mapping[str, Any], logits: Mapping[str, NDArray[Any]], examples: Sequence[Example]) -> list[dict[str, Any]]:
    """The error of the score and how often the tier is right, of the rules alone and of every mode, each with its 95 % interval."""
    if spec.get("rules") is None:
        return []
    blend = _blend(spec)
    known, truth = _known(blend, examples)
    if not len(known):
        return []
    places = {label: place for place, label in enumerate(blend.tiers)}
    tier_truth = np.array([places[str(examples[index].labels[blend.tier])] for index in known])
    rules = _rule_scores(blend, [examples[index] for index in known])
    model = np.clip(logits[blend.score][known].astype(np.float64), 0, 1)
    own_tiers = logits[blend.tier][known].argmax(-1)
    rows = [_judged("rules", rules, _tiers(blend, rules), truth, tier_truth)]
    for mode in get_args(Mode):
        scores = blend.blended(model, rules, mode)
        rows.append(_judged(mode, scores, own_tiers if mode == "ml_only" else _tiers(blend, scores), truth, tier_truth))
    best = min(rows, key=lambda row: row["mae"])
    return [row | {"best": row is best, "chosen": row["mode"] == blend.mode} for row in rows]


def _blend(spec: Mapping[str, Any]) -> Blend:
    blend = parse_blend(spec)
    assert blend is not None
    return blend


def _known(blend: Blend, examples: Sequence[Example]) -> tuple[NDArray[np.int64], Floats]:
    known = [index for index, row in enumerate(examples) if blend.score in row.labels and blend.tier in row.labels]
    truth = [float(examples[index].labels[blend.score]) for index in known]  # type: ignore[arg-type]
    return np.array(known, dtype=np.int64), np.array(truth)


def _rule_scores(blend: Blend, examples: Sequence[Example]) -> Floats:
    return np.array([blend.scale(rule_estimate(row.text).raw) for row in examples])


def _tiers(blend: Blend, scores: Floats) -> NDArray[np.int64]:
    return np.searchsorted(np.array(blend.edges), scores, side="right")


def _judged(mode: str, scores: Floats, tiers: NDArray[np.int64], truth: Floats, tier_truth: NDArray[np.int64]) -> dict[str, Any]:
    off, right = np.abs(scores - truth), (tiers == tier_truth).astype(float)
    (mae_low, mae_high), (low, high) = interval(off), interval(right)
    return {
        "mode": mode,
        "mae": float(off.mean()),
        "mae_low": mae_low,
        "mae_high": mae_high,
        "tier_accuracy": float(right.mean()),
        "low": low,
        "high": high,
        "off_by_one": float((np.abs(tiers - tier_truth) <= 1).mean()),
    }


def _scale(raw: Floats, truth: Floats) -> dict[str, list[float]]:
    """A rising line of few points through what rows with such a raw sum score on average."""
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip").fit(raw, truth)
    points = np.unique(np.quantile(raw, np.linspace(0, 1, POINTS)))
    return {"raw": points.round(4).tolist(), "score": fitted.predict(points).round(4).tolist()}


def _edges(truth: Floats, tiers: NDArray[np.str_], labels: Sequence[str]) -> list[float]:
    """Halfway between where one tier ends and the next begins."""
    ranges = [np.quantile(truth[tiers == label], [EDGE_QUANTILE, 1 - EDGE_QUANTILE]) for label in labels]
    return [round(float(lower[1] + upper[0]) / 2, 4) for lower, upper in pairwise(ranges)]
