"""python prepare_peers.py WHAT WEIGHTS OUT, in the peers' environment: a contestant's folder, from the encoder and from what OUT has."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

import numpy as np


def main() -> None:
    """Make what is asked for."""
    what, weights, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    {"sentence_transformers": write_sentence_transformers, "setfit": write_setfit, "fasttext": write_fasttext}[what](weights, out)


def write_sentence_transformers(weights: Path, out: Path) -> None:
    """The encoder with mean pooling, its ONNX graph, the INT8 graph that sentence-transformers makes of it, and the linear head."""
    from sentence_transformers import SentenceTransformer, export_dynamic_quantized_onnx_model
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    folder = out / "sentence_transformers"
    encoder = Transformer(str(weights), max_seq_length=json.loads((weights / "manifest.json").read_text(encoding="utf-8"))["max_length"])
    SentenceTransformer(modules=[encoder, Pooling(encoder.get_embedding_dimension(), "mean")], device="cpu").save_pretrained(str(folder))
    exported = SentenceTransformer(str(folder), backend="onnx", device="cpu", model_kwargs={"provider": "CPUExecutionProvider"})
    exported.save_pretrained(str(folder))
    export_dynamic_quantized_onnx_model(exported, instructions(), str(folder), file_suffix="int8")
    (folder / "head.npz").write_bytes((out / "head.npz").read_bytes())


def instructions() -> str:
    """What to quantize for on this processor, as sentence-transformers calls it."""
    if platform.machine().lower() in ("arm64", "aarch64"):
        return "arm64"
    cpuinfo = Path("/proc/cpuinfo")
    return "avx512_vnni" if cpuinfo.exists() and "avx512_vnni" in cpuinfo.read_text(encoding="utf-8") else "avx2"


def write_setfit(weights: Path, out: Path) -> None:
    """The encoder as above, and the head as the logistic regression that SetFit would have fitted."""
    from sentence_transformers import SentenceTransformer
    from setfit import SetFitModel
    from sklearn.linear_model import LogisticRegression

    head, linear = np.load(out / "head.npz"), LogisticRegression()
    linear.coef_, linear.intercept_, linear.classes_ = head["weight"], head["bias"], np.arange(len(head["labels"]))
    encoder = SentenceTransformer(str(out / "sentence_transformers"), device="cpu")
    SetFitModel(model_body=encoder, model_head=linear, labels=head["labels"].tolist()).save_pretrained(str(out / "setfit"))


def write_fasttext(weights: Path, out: Path) -> None:
    """Words, pairs of words and pieces of words, about as large a file as the bundle."""
    import fasttext

    rows = [json.loads(line) for line in (out / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = [f"__label__{row['label']} {' '.join(row['text'].lower().split())}" for row in rows]
    (out / "fasttext").mkdir()
    (out / "fasttext" / "train.txt").write_text("\n".join(lines), encoding="utf-8")
    settings = {"epoch": 25, "lr": 0.5, "dim": 50, "wordNgrams": 2, "minn": 2, "maxn": 5, "bucket": 100_000, "thread": 1, "verbose": 0}
    fasttext.train_supervised(str(out / "fasttext" / "train.txt"), **settings).save_model(str(out / "fasttext" / "model.bin"))


if __name__ == "__main__":
    main()
