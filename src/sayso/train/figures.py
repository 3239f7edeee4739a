"""What the network says of the validation rows -> one figure a head, and their mean, which the best epoch is chosen by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sayso.network.model import NO_CHOICE
from sayso.project import Head

METRIC = "mean_over_heads"


def figures(heads: Mapping[str, Head], outputs: Any, labels: Any) -> dict[str, float]:
    """Macro-F1 of a choice, micro-F1 of tags, 1 - MAE of a score, each on the rows that know it; and their mean."""
    if len(heads) == 1:  # the Trainer takes a tuple of one for the one
        outputs, labels = (part if isinstance(part, tuple) else (part,) for part in (outputs, labels))
    found = {
        name: figure
        for (name, head), output, label in zip(heads.items(), outputs, labels, strict=True)
        if (figure := _figure(head, output, label)) is not None
    }
    return {METRIC: sum(found.values()) / max(1, len(found)), **found}


def _figure(head: Head, output: Any, label: Any) -> float | None:
    from sklearn.metrics import f1_score

    if head.type == "choice":
        known = label != NO_CHOICE
        return float(f1_score(label[known], output[known].argmax(-1), average="macro", zero_division=0)) if known.any() else None
    known = ~np.isnan(label if head.type == "score" else label.sum(-1))
    if not known.any():
        return None
    if head.type == "tags":
        return float(f1_score(label[known] > 0.5, output[known] > 0, average="micro", zero_division=0))
    return 1.0 - float(np.abs(output[known] - label[known]).mean())
