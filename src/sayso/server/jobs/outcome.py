"""The JSON document of a retraining -> Outcome: what came out, as a page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

FIGURES = ("accuracy", "macro_f1", "micro_f1", "ece", "mae")
"""What is shown of a head, if it has it."""
BY_LABEL = ("precision", "recall", "f1", "support")


class Told(BaseModel):
    """A part of the document; what is not known here is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class GateTold(Told):
    """One gate: what was measured, and whether it holds."""

    gate: str
    value: float | None = None
    held: bool


class Differing(Told):
    """A figure of the model before and of the new one; `low` and `high` are the ends of the difference's interval."""

    before: float
    after: float
    low: float
    high: float


class Against(Told):
    """The new model beside the one that it should replace, on the same rows."""

    model: str
    rows: int
    fixed: int
    broken: int
    accuracy: Differing
    macro_f1: Differing


class LabelsTold(Told):
    """The labels that it learned from: how many were given, and of how many texts."""

    given: int
    texts: int


class Outcome(Told):
    """What a retraining came to: which version, whether it was promoted, and what it is worth."""

    model: str | None = None
    version: int | None = None
    promoted: bool = False
    gates: list[GateTold] = []
    against: Against | None = None
    labels: LabelsTold | None = None
    figures: dict[str, Any] = {}
    warnings: list[str] = []

    @property
    def heads(self) -> dict[str, dict[str, float]]:
        """Of each head, the figures that are shown."""
        told = {head: own for head, own in self.figures.items() if isinstance(own, Mapping)}
        found = {head: {name: own[name] for name in FIGURES if isinstance(own.get(name), int | float)} for head, own in told.items()}
        return {head: figures for head, figures in found.items() if figures}

    def by_label(self, head: str) -> dict[str, list[float]]:
        """Precision, recall, F1 and rows of each label of a head; nothing if it does not say all of them."""
        tables = [self.figures[head].get(name) for name in BY_LABEL]
        if not all(isinstance(table, Mapping) for table in tables):
            return {}
        rows = {label: [table.get(label) for table in tables] for label in tables[0]}
        return {label: row for label, row in rows.items() if all(isinstance(value, int | float) for value in row)}


def outcome_of(document: Mapping[str, Any] | None) -> Outcome | None:
    """The outcome; None if there is none, or another kind of document."""
    try:
        return Outcome.model_validate(document) if document else None
    except ValidationError:
        return None
