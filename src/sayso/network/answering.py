"""A network that torch runs, answering texts as a runtime's Model does: to use or judge it without exporting it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
import torch
from numpy.typing import NDArray

from sayso.errors import UsageError
from sayso.network.libraries import quiet_libraries
from sayso.network.model import Shape, load_weights
from sayso.network.tokens import load_tokenizer
from sayso.project import Bands, Head
from sayso.runtime.answers import answers, column_of
from sayso.runtime.interpretation import Interpretation
from sayso.runtime.prediction import Prediction
from sayso.runtime.spans import TokenScores, places_of
from sayso.runtime.spec import FORMAT, HeadSpec, parse_spec
from sayso.runtime.texts import list_of_texts, well_formed

Run = Callable[[str], Mapping[str, NDArray[np.float32] | TokenScores]]
"""What each head says of one text, before temperature."""


class TorchModel:
    """A network that answers one text after the other, unpadded."""

    def __init__(self, spec: Mapping[str, Any], run: Run, threads: int = 1) -> None:
        """`threads` work on a text together, in this model and in all others that torch runs in this process."""
        self.spec = parse_spec(spec)
        self._run: Run | None = run
        torch.set_num_threads(threads)

    @overload  # a str is an Iterable[str] too; the first overload that fits wins
    def predict(self, texts: str) -> Prediction: ...  # type: ignore[overload-overlap]

    @overload
    def predict(self, texts: Iterable[str]) -> list[Prediction]: ...

    def predict(self, texts: str | Iterable[str]) -> Prediction | list[Prediction]:
        """What a text means; for a list of texts, a list of answers in the same order."""
        if isinstance(texts, str):
            return self.predict([texts])[0]
        listed = list_of_texts(texts)
        return answers(self.spec, self.logits(listed), [well_formed(text) for text in listed], [not text.strip() for text in listed])

    def interpret(self, text: str, context: Mapping[str, Any] | None = None) -> Interpretation:
        """No network that was not exported understands commands."""
        raise UsageError("commands are understood by bundles, and this is a network that torch runs; `sayso build` makes a bundle of it")

    def logits(self, texts: Iterable[str]) -> dict[str, NDArray[Any]]:
        """What the heads say before temperature: an array per head, a row per text."""
        if self._run is None:
            raise UsageError("this model was closed; load it again")
        with torch.inference_mode():
            rows = [self._run(well_formed(text)) for text in list_of_texts(texts)]
        return {name: column_of(head, [row[name] for row in rows]) for name, head in self.heads.items()}

    @property
    def heads(self) -> Mapping[str, HeadSpec]:
        """Every head by its name."""
        return self.spec.heads

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the first choice head; none if there is no such head."""
        return self.heads[self.spec.main_head].labels if self.spec.main_head else ()

    def close(self) -> None:
        """Give the memory back; the model answers no more."""
        self._run = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


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


def open_weights(spec: Mapping[str, Any], weights: Path, shape: Shape, threads: int = 1) -> TorchModel:
    """The artifact `weights`, ready to answer."""
    with quiet_libraries():
        heads = {name: Head.model_validate(_declared(head)) for name, head in spec["heads"].items()}
        network = load_weights(weights, heads, shape)
        tokenizer = load_tokenizer(weights)

    def run(text: str) -> dict[str, NDArray[np.float32] | TokenScores]:
        batch = tokenizer(text, truncation=True, max_length=spec["max_length"], return_tensors="pt", return_offsets_mapping=True)
        offsets = places_of(text, batch.pop("offset_mapping")[0].tolist())
        found = {name: output[0].numpy() for name, output in network.outputs(**batch).items()}
        return {name: TokenScores(output, offsets) if heads[name].type == "spans" else output for name, output in found.items()}

    return TorchModel(spec, run, threads)


def _declared(head: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": head["type"], "labels": list(head.get("labels", ()))}
