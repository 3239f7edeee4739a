"""Who is measured: sayso, and what a user would pick instead. How each answers a text is in answering.py and in js/bench."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from environment import PEERS_PYTHON, ROOT

WORKER = str(Path(__file__).parent / "worker.py")
HERE, PEERS = (sys.executable, WORKER), (str(PEERS_PYTHON), WORKER)
JS = ROOT / "js" / "bench"
ALL = ("single", "list", "cold")


@dataclass(frozen=True)
class Contestant:
    """One way to tell what a text means: the program that runs it, the folder of its model, and what is measured of it."""

    key: str
    title: str
    program: tuple[str, ...]
    folder: str
    measured: tuple[str, ...] = ALL


SAYSO, PIPELINE, BATCHED, PADDED = "sayso", "pipeline", "pipeline_batched", "padded"
BUNDLE = "bundle"
CONTESTANTS = (
    Contestant(SAYSO, "sayso, INT8 bundle", HERE, BUNDLE),
    Contestant(PIPELINE, "transformers pipeline, torch", HERE, "transformers"),
    Contestant(BATCHED, "transformers pipeline, torch, batches of 32", HERE, "transformers", ("list",)),
    Contestant(PADDED, "the original's way: MatMul-only INT8, padded to 64 tokens", HERE, "padded"),
    Contestant("sentence_transformers", "sentence-transformers, ONNX, + linear head", PEERS, "sentence_transformers"),
    Contestant("sentence_transformers_int8", "sentence-transformers, ONNX INT8, + linear head", PEERS, "sentence_transformers"),
    Contestant("setfit", "SetFit, torch", PEERS, "setfit"),
    Contestant("fasttext", "fastText, trained on the same rows", PEERS, "fasttext"),
    Contestant("linear", "TF-IDF + logistic regression, trained on the same rows", HERE, "linear"),
    Contestant("node", "sayso in Node", ("node", str(JS / "node.mjs")), BUNDLE, ("single", "cold")),
    Contestant("chromium", "sayso in Chromium", ("node", str(JS / "browser.mjs")), BUNDLE, ("single", "cold")),
)
