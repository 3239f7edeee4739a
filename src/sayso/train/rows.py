"""Examples -> rows that the network learns from: token ids, one label a head, a weight; padded only within a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sayso.examples import Example
from sayso.project import Head
from sayso.train.model import NO_CHOICE

Row = dict[str, Any]


def load_tokenizer(folder: Path) -> Any:
    """The base's fast tokenizer."""
    from transformers import AutoTokenizer

    from sayso.errors import ArtifactError

    tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True)
    if not tokenizer.is_fast:
        raise ArtifactError("this base has no fast tokenizer (tokenizer.json), which the runtime needs", folder)
    return tokenizer


def longest(tokenizer: Any, encoder_config: Any, wanted: int) -> int:
    """The length that texts are cut to: as wanted, or what the base has positions for."""
    offset = encoder_config.pad_token_id + 1 if encoder_config.model_type in {"roberta", "xlm-roberta"} else 0
    return int(min(wanted, encoder_config.max_position_embeddings - offset, tokenizer.model_max_length))


def rows_of(examples: Sequence[Example], heads: Mapping[str, Head], tokenizer: Any, max_length: int) -> list[Row]:
    """One row an example. What a head is not told about a text counts for nothing in its loss."""
    encoded = tokenizer([example.text for example in examples], truncation=True, max_length=max_length)
    rows: list[Row] = []
    for index, example in enumerate(examples):
        row: Row = {name: values[index] for name, values in encoded.items() if name in tokenizer.model_input_names}
        row |= {f"label_{name}": _target(example, name, head) for name, head in heads.items()}
        rows.append(row | {"weight": example.weight})
    return rows


def _target(example: Example, name: str, head: Head) -> Any:
    value = example.labels.get(name)
    labels = list(head.labels)
    if head.type == "choice":
        return NO_CHOICE if value is None else labels.index(str(value))
    if head.type == "tags":
        return [float("nan") if value is None else float(label in value) for label in labels]  # type: ignore[operator]
    return float("nan") if value is None else value


@dataclass(frozen=True)
class Collator:
    """Makes a batch of rows, padded to the longest of them."""

    tokenizer: Any

    def __call__(self, rows: list[Row]) -> dict[str, Tensor]:
        """The batch: one tensor a column."""
        names = [name for name in rows[0] if name in self.tokenizer.model_input_names]
        batch: dict[str, Tensor] = dict(self.tokenizer.pad([{name: row[name] for name in names} for row in rows], return_tensors="pt"))
        for name in rows[0].keys() - set(names):
            batch[name] = torch.tensor([row[name] for row in rows])
        return batch
