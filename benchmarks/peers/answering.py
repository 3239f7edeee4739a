"""How each contestant answers: a folder -> a function for one text and a function for a list of texts, both giving labels.

Every function imports what it needs itself, so that a fresh process pays for its own imports and for nothing else. All use one thread.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

One = Callable[[str], str]
Many = Callable[[list[str]], list[str]]
Answering = tuple[One, Many]


def sayso(folder: Path) -> Answering:
    """The bundle, as a program uses it."""
    import sayso

    model = sayso.load(folder, threads=1)
    return lambda text: model.predict(text).label, lambda texts: [prediction.label for prediction in model.predict(texts)]


def pipeline(folder: Path, batch_size: int = 1) -> Answering:
    """transformers' pipeline on torch; it takes a list one text at a time unless told otherwise."""
    import torch
    from mean_pooled import MeanPooled
    from transformers import AutoTokenizer, pipeline

    torch.set_num_threads(1)
    model, tokenizer = MeanPooled.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    classify = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
    return (
        lambda text: classify(text, truncation=True)[0]["label"],
        lambda texts: [found["label"] for found in classify(texts, truncation=True, batch_size=batch_size)],
    )


def padded(folder: Path) -> Answering:
    """An INT8 graph whose texts are always padded to 64 tokens by AutoTokenizer."""
    import onnxruntime
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    graph = onnxruntime.InferenceSession(str(folder / "model.onnx"), _one_thread(), providers=["CPUExecutionProvider"])
    labels = (folder / "labels.txt").read_text(encoding="utf-8").split("\n")

    def one(text: str) -> str:
        batch = tokenizer(text, padding="max_length", truncation=True, max_length=64, return_tensors="np")
        return labels[graph.run(["logits"], dict(batch))[0][0].argmax()]

    return one, lambda texts: [one(text) for text in texts]


def sentence_transformers(folder: Path, file_name: str = "model.onnx") -> Answering:
    """sentence-transformers' encode on its ONNX backend, and the linear head in numpy."""
    import numpy as np
    from sentence_transformers import SentenceTransformer

    given = {"provider": "CPUExecutionProvider", "session_options": _one_thread(), "file_name": f"onnx/{file_name}"}
    model = SentenceTransformer(str(folder), backend="onnx", device="cpu", model_kwargs=given)
    head = np.load(folder / "head.npz")
    weight, bias, labels = head["weight"].T, head["bias"], head["labels"].tolist()
    return (
        lambda text: labels[(model.encode(text, show_progress_bar=False) @ weight + bias).argmax()],
        lambda texts: [labels[index] for index in (model.encode(texts, show_progress_bar=False) @ weight + bias).argmax(-1)],
    )


def setfit(folder: Path) -> Answering:
    """SetFit's predict on torch."""
    import torch
    from setfit import SetFitModel

    torch.set_num_threads(1)
    model = SetFitModel.from_pretrained(str(folder), device="cpu")
    return model.predict, lambda texts: list(model.predict(texts, show_progress_bar=False))


def fasttext(folder: Path) -> Answering:
    """fastText's supervised model."""
    import fasttext

    model = fasttext.load_model(str(folder / "model.bin"))

    def one(text: str) -> str:
        return model.predict(text.lower().replace("\n", " "))[0][0].removeprefix("__label__")

    return one, lambda texts: [one(text) for text in texts]


def linear(folder: Path) -> Answering:
    """scikit-learn's pipeline of TF-IDF and logistic regression."""
    import joblib

    model = joblib.load(folder / "model.joblib")
    return lambda text: model.predict([text])[0], lambda texts: model.predict(texts).tolist()


def _one_thread() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return options


ANSWERING: dict[str, Callable[[Path], Answering]] = {
    "sayso": sayso,
    "pipeline": pipeline,
    "pipeline_batched": lambda folder: pipeline(folder, batch_size=32),
    "padded": padded,
    "sentence_transformers": sentence_transformers,
    "sentence_transformers_int8": lambda folder: sentence_transformers(folder, "model_int8.onnx"),
    "setfit": setfit,
    "fasttext": fasttext,
    "linear": linear,
}
