"""A built project -> a folder for every contestant, with the same weights wherever it has weights to take.

Made here is what sayso's own environment can make; prepare_peers.py makes the rest in the peers' environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import joblib
import numpy as np
import torch
from contestants import BUNDLE
from environment import PEERS_PYTHON
from mean_pooled import MeanPooled
from onnxruntime.quantization import QuantType, quantize_dynamic
from process import ALONE
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from sayso.artifacts import Artifact, open_artifact
from sayso.examples import Example, write_examples
from sayso.export.onnx import export_onnx, quiet, require_parity
from sayso.network.libraries import quiet_libraries
from sayso.network.model import EncoderWithHeads, Shape, load_config, load_weights
from sayso.network.tokens import load_tokenizer
from sayso.project import Project


def prepare(project: Project, train: Sequence[Example], out: Path) -> None:
    """Write every folder below `out`."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(project.build / BUNDLE, out / BUNDLE)
    weights = open_artifact(project.build / "weights", "weights")
    shape = Shape(**weights.manifest["shape"])
    if shape != Shape() or len(project.heads) != 1 or not project.main_head:
        raise SystemExit("the peers can hold one choice head, linear, on the mean of the tokens; this project's network is another")
    with quiet_libraries():
        network = load_weights(weights.path, project.heads, shape)
    labels = list(project.heads[project.main_head].labels)
    texts = [row.text for row in train]
    write_transformers(network, weights, texts[:32], out / "transformers")
    write_padded(network, weights, labels, out / "padded")
    write_linear(texts, [str(row.labels[project.main_head]) for row in train], out / "linear")
    head = network.heads[project.main_head]
    np.savez(out / "head.npz", weight=head.weight.detach(), bias=head.bias.detach(), labels=labels)
    write_examples(out / "train.jsonl", train, "label")
    for made in ("sentence_transformers", "setfit", "fasttext"):
        command = [str(PEERS_PYTHON), str(Path(__file__).with_name("prepare_peers.py")), made, str(weights.path), str(out)]
        subprocess.run(command, check=False, env=os.environ | ALONE)


def write_transformers(network: EncoderWithHeads, weights: Artifact, texts: list[str], out: Path) -> None:
    """The network as a transformers model, and the proof that both say the same."""
    (head,) = network.heads.values()
    model = MeanPooled(load_config(weights.path)).eval()
    tensors = {f"bert.{name}": tensor for name, tensor in network.encoder.state_dict().items()}
    model.load_state_dict(tensors | {f"classifier.{name}": tensor for name, tensor in head.state_dict().items()})
    tokenizer = load_tokenizer(weights.path)
    tokenizer.model_max_length = weights.manifest["max_length"]
    batch = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
    with torch.inference_mode():
        (ours,) = network.outputs(**batch).values()
        require_parity(float((model(**batch).logits - ours).abs().max()), out, "transformers")
    with quiet_libraries():
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)


def write_padded(network: EncoderWithHeads, weights: Artifact, labels: list[str], out: Path) -> None:
    """The graph as the original exported it: nothing fused, only MatMul in INT8."""
    out.mkdir()
    load_tokenizer(weights.path).save_pretrained(out)
    (out / "labels.txt").write_text("\n".join(labels), encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch, quiet():
        graph = Path(scratch, "model.onnx")
        export_onnx(network, ("input_ids", "attention_mask", "token_type_ids"), ("logits",), graph)
        quantize_dynamic(graph, out / "model.onnx", op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8)


def write_linear(texts: list[str], labels: list[str], out: Path) -> None:
    """Words and pieces of words, weighed, and a linear model on them."""
    out.mkdir()
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=100_000)
    model = make_pipeline(make_union(words, pieces), LogisticRegression(C=10, max_iter=300)).fit(texts, labels)
    joblib.dump(model, out / "model.joblib")
