"""Raw outputs -> probabilities, scores and actions; pure numpy, used by the runtime, by calibration and by evaluation.

All functions take one row per text and keep that shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Action = Literal["execute", "confirm", "suggest", "ask"]
ScopeMethod = Literal["energy", "max_logit"]


def softmax(logits: NDArray[Any], temperature: float = 1.0) -> Floats:
    """Probabilities of a choice head: each row sums to 1."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def sigmoid(logits: NDArray[Any], temperature: float = 1.0) -> Floats:
    """Probabilities of a tags head: each label on its own."""
    return np.asarray(0.5 * (1.0 + np.tanh(np.asarray(logits, dtype=np.float64) / (2.0 * temperature))))


def averaged(reasons: NDArray[Any], weights: NDArray[Any], covariance: NDArray[Any]) -> Floats:
    """The probability that reasons give by weights that are not quite known: averaged over what the weights may be (MacKay)."""
    spread = np.einsum("...j,jk,...k->...", reasons, covariance, reasons)
    return sigmoid(reasons @ weights / np.sqrt(1.0 + np.pi / 8.0 * spread))


def energy(logits: NDArray[Any], temperature: float = 1.0) -> Floats:
    """T·logsumexp(logits/T): high for texts like those the model was fitted on."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    highest = scaled.max(axis=-1, keepdims=True)
    return np.asarray(temperature * (highest[..., 0] + np.log(np.exp(scaled - highest).sum(axis=-1))))


def max_logit(logits: NDArray[Any]) -> Floats:
    """The highest logit: high for texts like those the model was fitted on."""
    return np.asarray(np.asarray(logits, dtype=np.float64).max(axis=-1))


def in_scope_score(logits: NDArray[Any], method: ScopeMethod) -> Floats:
    """How much a text looks like one the model was made for; out of scope is **below** the threshold."""
    return energy(logits) if method == "energy" else max_logit(logits)


def conformal_set(probabilities: NDArray[Any], threshold: float) -> NDArray[np.bool_]:
    """Which labels are in the set: all with 1 - p <= threshold, and always the most likely one."""
    inside = 1.0 - probabilities <= threshold
    np.put_along_axis(inside, probabilities.argmax(axis=-1, keepdims=True), True, axis=-1)
    return np.asarray(inside)


@dataclass(frozen=True)
class Bands:
    """The confidence from which an answer is executed, confirmed or suggested; below: ask."""

    execute: float
    confirm: float
    suggest: float


def action(confidence: float, bands: Bands) -> Action:
    """What to do with an answer of this confidence."""
    if confidence >= bands.execute:
        return "execute"
    if confidence >= bands.confirm:
        return "confirm"
    return "suggest" if confidence >= bands.suggest else "ask"
