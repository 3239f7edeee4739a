"""A text -> Estimate: how demanding it is, by rules, by a model, or by both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sayso.runtime.blend import Blend
from sayso.runtime.model import Model
from sayso.runtime.prediction import ChoiceResult, Prediction, ScoreResult, TagsResult
from sayso.runtime.rules import RuleEstimate, rule_estimate


@dataclass(frozen=True, slots=True)
class Estimate:
    """How demanding a text is. `mode` is the blend's, or `rules` where no model was asked; `contributions` are those of the rules."""

    score: float
    tier: str
    domains: tuple[str, ...]
    intent: str
    mode: str
    rules_score: float
    model_score: float | None
    contributions: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dicts, lists, strings and numbers, ready for JSON."""
        return asdict(self) | {"domains": list(self.domains), "contributions": dict(self.contributions)}


def estimate(text: str, blend: Blend, model: Model | None) -> Estimate:
    """The rules' estimate, and the model's if there is one and the blend's mode needs it."""
    rules = rule_estimate(text)
    score = blend.scale(rules.raw)
    if model is None or (blend.mode == "ml_refine" and not blend.unsure[0] <= score <= blend.unsure[1]):
        return Estimate(score, blend.tier_of(score), rules.domains, rules.intent, "rules", score, None, rules.contributions)
    return _with_model(rules, score, blend, model.predict(text))


def _with_model(rules: RuleEstimate, rules_score: float, blend: Blend, prediction: Prediction) -> Estimate:
    given, own_tier = prediction.heads[blend.score], prediction.heads[blend.tier]
    assert isinstance(given, ScoreResult) and isinstance(own_tier, ChoiceResult)
    score = float(blend.blended(np.array(given.value), np.array(rules_score)))
    tags = next((head.labels for head in prediction.heads.values() if isinstance(head, TagsResult)), rules.domains)
    choices = [head.label for name, head in prediction.heads.items() if isinstance(head, ChoiceResult) and name != blend.tier]
    return Estimate(
        score=score,
        tier=own_tier.label if blend.mode == "ml_only" else blend.tier_of(score),
        domains=tags,
        intent=choices[0] if choices else rules.intent,
        mode=blend.mode,
        rules_score=rules_score,
        model_score=given.value,
        contributions=rules.contributions,
    )
