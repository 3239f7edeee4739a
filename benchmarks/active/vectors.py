"""Texts -> what sayso's base makes of them, kept between runs: the base is frozen here, so that each text is read once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.artifacts import cache_folder

BASE = "minilm"
AT_ONCE = 64
Vectors = NDArray[np.float32]


def vectors_of(texts: Sequence[str]) -> Vectors:
    """A vector of length 1 for each text."""
    digest = hashlib.sha256("\0".join([BASE, *texts]).encode()).hexdigest()[:16]
    kept = cache_folder() / "benchmarks" / f"active-{digest}.npy"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, _read(texts))
    found: Vectors = np.load(kept)
    return found


def _read(texts: Sequence[str]) -> Vectors:
    import torch

    from sayso.network.model import EncoderWithHeads, Shape, load_encoder
    from sayso.network.tokens import load_tokenizer
    from sayso.train.bases import resolve_base

    base = resolve_base(BASE)
    tokenizer: Any = load_tokenizer(base)
    model = EncoderWithHeads(load_encoder(base, attention="sdpa"), {}, Shape("mean", normalized=True)).eval()
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    found = np.zeros((len(texts), 384), np.float32)
    for start in range(0, len(order), AT_ONCE):
        some = order[start : start + AT_ONCE]
        batch = tokenizer([texts[index] for index in some], padding=True, truncation=True, max_length=64, return_tensors="pt")
        with torch.inference_mode():
            found[some] = model.pooled(**batch).numpy()
    return found
