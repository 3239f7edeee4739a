"""Gates: promises about figures of the report, as sayso.yaml writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import model_validator

from sayso.errors import nearest
from sayso.section import Section

FIGURES = ("int8_drop", "int8_agreement", "size_mb", "rows", "latency_ms", "float_accuracy", "commands")
FIGURES_OF = {
    "choice": (
        *("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "f1", "precision", "recall", "support", "ece", "mce", "nll", "brier"),
        *("aurc", "mean_confidence", "mae_steps", "off_by_one", "uncalibrated", "temperature", "out_of_scope", "set"),
    ),
    "tags": ("micro_f1", "macro_f1", "exact", "accuracy", "f1"),
    "spans": ("micro_f1", "macro_f1", "exact", "accuracy", "f1", "precision", "recall"),
    "score": ("mae", "max_error", "spearman", "accuracy"),
}
"""What a report may say of the whole model, and of a head; a gate names one of these."""


class Gate(Section):
    """A promise about a figure of the report, written `intent.accuracy >= 0.9`."""

    figure: str
    comparison: Literal[">=", "<=", ">", "<"]
    bound: float

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        match = re.fullmatch(r"\s*([\w.\-]+)\s*(>=|<=|>|<)\s*([-+.\deE]+)\s*", value)
        if not match:
            raise ValueError(f"{value!r} is not a gate; write it like `intent.accuracy >= 0.9`")
        return {"figure": match[1], "comparison": match[2], "bound": match[3]}

    def __str__(self) -> str:
        return f"{self.figure} {self.comparison} {self.bound:g}"


def wrong_with(gate: Gate, heads: Mapping[str, str]) -> str | None:
    """Why no report can ever have the gate's figure; None if it may. `heads` are their types by name."""
    first, _, rest = gate.figure.partition(".")
    if first in FIGURES:
        return None
    if first not in heads:
        return f"the gate {str(gate)!r} begins with no head and no figure of the whole model{nearest(first, [*heads, *FIGURES])}"
    figure, known = rest.partition(".")[0], FIGURES_OF[heads[first]]
    return None if figure in known else f"the gate {str(gate)!r}: a {heads[first]} head has no figure {figure!r}{nearest(figure, known)}"
