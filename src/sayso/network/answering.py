"""The artifact `weights`, answering texts by torch as a runtime's Model does: to judge it without exporting it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from sayso.network.libraries import quiet_libraries
from sayso.network.model import Shape, load_weights
from sayso.network.tokens import load_tokenizer
from sayso.project import Bands, Head
from sayso.runtime.answers import answers
from sayso.runtime.prediction import Prediction
from sayso.runtime.spec import FORMAT, parse_spec


def spec_of_weights(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The spec of weights that nothing has been calibrated for."""
    heads: dict[str, Any] = {}
    for name, head in manifest["heads"].items():
        labelled = {"labels": head["labels"], "temperature": 1.0} if head["labels"] else {}
        heads[name] = {**head, "output": name, **labelled}
        if head["type"] == "tags":
            heads[name]["thresholds"] = [0.5] * len(head["labels"])
    name = f"weights on {manifest['base']}"
    return {"format": FORMAT, "name": name, "max_length": manifest["max_length"], "heads": heads, "bands": Bands().model_dump()}


class TorchModel:
    """Trained weights that answer one text after the other, unpadded."""

    def __init__(self, spec: Mapping[str, Any], weights: Path, shape: Shape, threads: int = 1) -> None:
        self.spec = parse_spec(spec)
        torch.set_num_threads(threads)
        with quiet_libraries():
            heads = {name: Head.model_validate(_declared(head)) for name, head in spec["heads"].items()}
            self._network = load_weights(weights, heads, shape)
            self._tokenizer = load_tokenizer(weights)

    def logits(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """What the heads say before temperature: an array per head, a row per text."""
        rows = [self._run(text) for text in texts]
        return {name: np.stack([row[name] for row in rows]) for name in self.spec.heads}

    def predict(self, text: str) -> Prediction:
        """What a text means."""
        return answers(self.spec, self.logits([text]), [not text.strip()])[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to give back."""

    def _run(self, text: str) -> dict[str, NDArray[np.float32]]:
        batch = self._tokenizer(text, truncation=True, max_length=self.spec.max_length, return_tensors="pt")
        with torch.inference_mode():
            return {name: output[0].numpy() for name, output in self._network.outputs(**batch).items()}


def _declared(head: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": head["type"], "labels": list(head.get("labels", ()))}
