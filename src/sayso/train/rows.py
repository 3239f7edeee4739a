"""Examples -> rows that the network learns from: token ids, one label a head, a weight; padded only within a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from sayso.examples import Example
from sayso.network.model import NO_CHOICE
from sayso.project import Head
from sayso.runtime.spans import Offsets, classes_of, places_of

Row = dict[str, Any]
PLACE = "at"
"""Where in a file of the frozen layers' outputs those of a row begin."""


def rows_of(examples: Sequence[Example], heads: Mapping[str, Head], tokenizer: Any, max_length: int) -> list[Row]:
    """One row an example. What a head is not told about a text counts for nothing in its loss."""
    if not examples:
        return []
    with_places = any(head.type == "spans" for head in heads.values())
    texts = [example.text for example in examples]
    encoded = tokenizer(texts, truncation=True, max_length=max_length, return_offsets_mapping=with_places)
    offsets = encoded.pop("offset_mapping") if with_places else [()] * len(texts)
    places = [places_of(text, own) for text, own in zip(texts, offsets, strict=True)]
    rows: list[Row] = []
    for index, example in enumerate(examples):
        row: Row = {name: values[index] for name, values in encoded.items() if name in tokenizer.model_input_names}
        row |= {f"label_{name}": _target(example, name, head, places[index]) for name, head in heads.items()}
        rows.append(row | {"weight": example.weight})
    return rows


def _target(example: Example, name: str, head: Head, offsets: Offsets) -> Any:
    value = example.labels.get(name)
    labels = list(head.labels)
    if head.type == "choice":
        return NO_CHOICE if value is None else labels.index(str(value))
    if head.type == "tags":
        return [float("nan") if value is None else float(label in value) for label in labels]  # type: ignore[operator]
    if head.type == "spans":
        classes = [] if value is None else classes_of(value, offsets, labels)  # type: ignore[arg-type]
        return [classes[place] if classes and start < end else NO_CHOICE for place, (start, end) in enumerate(offsets)]
    return float("nan") if value is None else value


class Embedder(Protocol):
    """Knows what the encoder is given in place of token ids."""

    def batch(self, rows: list[Row], length: int) -> Tensor:
        """One row of numbers a token, padded to `length`."""


@dataclass(frozen=True)
class Collator:
    """Makes a batch of rows, padded to the longest of them; with `embedder`, what that says of them instead of their ids."""

    tokenizer: Any
    embedder: Embedder | None = None
    of_tokens: frozenset[str] = frozenset()
    """Columns with a number for each token."""

    def __call__(self, rows: list[Row]) -> dict[str, Tensor]:
        """The batch: one tensor a column."""
        names = [name for name in rows[0] if name in self.tokenizer.model_input_names]
        batch: dict[str, Tensor] = dict(self.tokenizer.pad([{name: row[name] for name in names} for row in rows], return_tensors="pt"))
        length = batch["attention_mask"].shape[1]
        for name in rows[0].keys() - {*names, PLACE}:
            batch[name] = torch.tensor([_padded(row[name], length) if name in self.of_tokens else row[name] for row in rows])
        if self.embedder is None:
            return batch
        embedded = self.embedder.batch(rows, batch.pop("input_ids").shape[1])
        batch.pop("token_type_ids", None)
        return batch | {"inputs_embeds": embedded}


def _padded(classes: list[int], length: int) -> list[int]:
    return classes + [NO_CHOICE] * (length - len(classes))
