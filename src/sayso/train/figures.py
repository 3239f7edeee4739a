"""What the network says of the validation rows -> one figure a head, and their mean, which the best epoch is chosen by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sayso.network.model import NO_CHOICE
from sayso.project import Head

METRIC = "mean_over_heads"


def figures(heads: Mapping[str, Head], outputs: Any, labels: Any) -> dict[str, float]:
    """Macro-F1 of a choice, micro-F1 of tags and of the tokens in spans, 1 - MAE of a score, each on the rows that know it.

    And the mean of them.
    """
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
    if head.type == "spans":
        known = label > 0
        told = (output.argmax(-1) > 0) & (label != NO_CHOICE)
        right = (output.argmax(-1) == label) & known
        return float(2 * right.sum() / max(1, known.sum() + told.sum()))
    known = ~np.isnan(label if head.type == "score" else label.sum(-1))
    if not known.any():
        return None
    if head.type == "tags":
        return float(f1_score(label[known] > 0.5, output[known] > 0, average="micro", zero_division=0))
    return 1.0 - float(np.abs(output[known] - label[known]).mean())
