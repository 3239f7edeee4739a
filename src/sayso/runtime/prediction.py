"""Prediction: what a model says about one text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.runtime.decide import Action


@dataclass(frozen=True, slots=True)
class ChoiceResult:
    """One of n labels; `scores` holds every label's probability, most likely first."""

    label: str
    confidence: float
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TagsResult:
    """Any of n labels: those at or above their threshold; `scores` holds every label's probability, most likely first."""

    labels: tuple[str, ...]
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A number in [0, 1]."""

    value: float


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the text, from character `start` up to, but not including, `end`, and what it is."""

    label: str
    start: int
    end: int
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class SpansResult:
    """Pieces of the text, in its order; none overlaps another."""

    spans: tuple[Span, ...]


HeadResult = ChoiceResult | TagsResult | ScoreResult | SpansResult


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer of the model's first choice head, what to do with it, and what every head says.

    A model without a choice head has label None, confidence 0, no scores, and action `ask`.
    `set` holds the labels that contain the right one as often as calibration promised; empty if it promised nothing.
    """

    label: str | None
    confidence: float
    scores: Mapping[str, float]
    action: Action
    out_of_scope: bool
    set: tuple[str, ...]
    heads: Mapping[str, HeadResult]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dicts, lists, strings and numbers, ready for JSON."""
        plain = asdict(self)
        plain["set"] = list(self.set)
        for head in plain["heads"].values():
            head.update({key: list(head[key]) for key in ("labels", "spans") if key in head})
        return plain
