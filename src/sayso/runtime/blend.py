"""The model's score and the rules' -> one score and a tier, in one of three modes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from sayso.errors import BundleError
from sayso.runtime.decide import Floats
from sayso.runtime.rules import Scale

Mode = Literal["hybrid", "ml_only", "ml_refine"]


@dataclass(frozen=True)
class Blend:
    """How rules and model are put together, and where one tier ends and the next begins."""

    score: str
    tier: str
    tiers: tuple[str, ...]
    edges: tuple[float, ...]
    scale: Scale
    mode: Mode
    model_share: float
    unsure: tuple[float, float]

    def blended(self, model: Floats, rules: Floats, mode: Mode | None = None) -> Floats:
        """Scores: a mixture (hybrid), the model's (ml_only), or the model's only where the rules are unsure (ml_refine)."""
        match mode or self.mode:
            case "ml_only":
                return model
            case "ml_refine":
                low, high = self.unsure
                return np.where((rules >= low) & (rules <= high), model, rules)
            case _:
                return self.model_share * model + (1 - self.model_share) * rules

    def tier_of(self, score: float) -> str:
        """The tier that a score lies in."""
        return self.tiers[int(np.searchsorted(self.edges, score, side="right"))]


def parse_blend(spec: Mapping[str, Any]) -> Blend | None:
    """What a bundle's spec says of rules; None if it knows none."""
    rules = spec.get("rules")
    if rules is None:
        return None
    try:
        blend = Blend(
            score=str(rules["score"]),
            tier=str(rules["tier"]),
            tiers=tuple(str(label) for label in spec["heads"][rules["tier"]]["labels"]),
            edges=tuple(float(edge) for edge in rules["edges"]),
            scale=Scale(tuple(map(float, rules["scale"]["raw"])), tuple(map(float, rules["scale"]["score"]))),
            mode=rules["mode"],
            model_share=float(rules["model_share"]),
            unsure=(float(rules["unsure"][0]), float(rules["unsure"][1])),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise BundleError(f"the bundle's rules cannot be used: {error}; build it again") from None
    if blend.mode not in get_args(Mode) or len(blend.edges) != len(blend.tiers) - 1:
        raise BundleError("the bundle's rules do not fit its heads; build it again")
    return blend


DEFAULT_BLEND = Blend(
    score="score",
    tier="tier",
    tiers=("trivial", "simple", "moderate", "complex", "expert"),
    edges=(0.1446, 0.3539, 0.6002, 0.8388),
    scale=Scale(
        (-0.03, 0.14, 0.2025, 0.2246, 0.2475, 0.2712, 0.3388, 0.4429, 0.5133, 0.6019, 0.6831, 0.7259, 0.8466, 0.9414, 1.4418),
        (0.0188, 0.1171, 0.1923, 0.2392, 0.2547, 0.3587, 0.4099, 0.4837, 0.5605, 0.6025, 0.6655, 0.7625, 0.819, 0.82, 0.9304),
    ),
    mode="hybrid",
    model_share=0.6,
    unsure=(0.35, 0.65),
)
"""For rules without a model: the scale and edges that the recipe `complexity` fits."""
