"""Where a head starts from: what the base model makes of its labels' descriptions, so that wordings which no row has are near it too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from sayso.project import Head

SHARPNESS = 10.0
"""What likeness counts for before training, next to how far texts are apart: docs/log.md has what it gained."""
LEAST = 0.1
"""How much of its random start a label keeps of which nothing is told."""

Reader = Callable[[Sequence[str]], Tensor]
"""Texts -> a vector each, as the encoder pools them."""


def start_from_descriptions(layer: Any, head: Head, texts: Tensor, read: Reader) -> None:
    """Give each described label of a linear head the direction of its description, seen from the middle of the training texts."""
    labels = list(head.labels)
    told = [label for label in labels if label != head.fallback and head.labels[label].description]
    if not told or not isinstance(layer, torch.nn.Linear):
        return
    meant = read([f"{label.replace('-', ' ').replace('_', ' ')}: {head.labels[label].description}" for label in told])
    middle = texts.mean(0)
    directions = functional.normalize(meant - middle, dim=-1)
    apart = (texts - middle).norm(dim=-1).mean()
    with torch.no_grad():
        layer.weight.mul_(LEAST)
        layer.weight[[labels.index(label) for label in told]] = directions * SHARPNESS / apart
        layer.bias.copy_(-(layer.weight @ middle))
