"""What the frozen layers say of every row, computed once and kept in a file: the layers after them are trained from it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sayso.artifacts import Progress
from sayso.network.model import ENCODER_INPUTS, only_layers
from sayso.train.rows import PLACE, Row

AT_ONCE = 64
LARGEST_FILE = 8 * 2**30
"""Where the file would be larger, the frozen layers run again in every epoch."""
LARGEST_DIFFERENCE = 1e-4


@dataclass(frozen=True)
class FrozenOutputs:
    """One row of numbers a token, those of a text one after the other, beginning at its row's place."""

    values: NDArray[np.float32]

    def batch(self, rows: list[Row], length: int) -> Tensor:
        """What the layers after the frozen ones are given for these rows, padded to `length`."""
        found = np.zeros((len(rows), length, self.values.shape[1]), dtype=np.float32)
        for index, row in enumerate(rows):
            tokens = len(row["input_ids"])
            found[index, :tokens] = self.values[row[PLACE] : row[PLACE] + tokens]
        return torch.from_numpy(found)


def frozen_outputs(
    encoder: nn.Module, layers: int, rows: list[Row], tokenizer: Any, folder: Path, device: str, progress: Progress
) -> FrozenOutputs | None:
    """Run the first layers over all rows, which are told their place in the result. None where that cannot be used."""
    tokens = [len(row["input_ids"]) for row in rows]
    width = int(encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
    if sum(tokens) * width * 4 > LARGEST_FILE:
        return None
    for row, at in zip(rows, np.cumsum([0, *tokens]).tolist(), strict=False):
        row[PLACE] = at
    file, shape = folder / "frozen.f32", (sum(tokens), width)
    encoder = encoder.to(device).eval()
    if not _can_be_split(encoder, layers, _batch(rows[:4], tokenizer, device)):
        return None
    if not file.is_file() or file.stat().st_size != 4 * shape[0] * shape[1]:
        part = file.with_suffix(".part")
        written = np.memmap(part, np.float32, "w+", shape=shape)
        shortest_first = sorted(rows, key=lambda row: len(row["input_ids"]))
        for start in range(0, len(rows), AT_ONCE):
            progress("running the frozen layers once", start, len(rows))
            some = shortest_first[start : start + AT_ONCE]
            for row, hidden in zip(some, _first_layers(encoder, layers, _batch(some, tokenizer, device)).cpu().numpy(), strict=True):
                written[row[PLACE] : row[PLACE] + len(row["input_ids"])] = hidden[: len(row["input_ids"])]
        written.flush()
        os.replace(part, file)
    return FrozenOutputs(np.memmap(file, np.float32, "r", shape=shape))


def _first_layers(encoder: nn.Module, layers: int, batch: dict[str, Tensor]) -> Tensor:
    with torch.inference_mode(), only_layers(encoder, slice(0, layers)):
        found: Tensor = encoder(**batch).last_hidden_state
    return found


def _can_be_split(encoder: nn.Module, layers: int, batch: dict[str, Tensor]) -> bool:
    """Whether the first layers and then the others say what all of them say; an architecture may do more in between."""
    hidden = _first_layers(encoder, layers, batch)
    with torch.inference_mode():
        whole = encoder(**batch).last_hidden_state
        with only_layers(encoder, slice(layers, None)):
            split = encoder(inputs_embeds=hidden, attention_mask=batch["attention_mask"]).last_hidden_state
    return bool((whole - split).abs().max() < LARGEST_DIFFERENCE)


def _batch(rows: list[Row], tokenizer: Any, device: str) -> dict[str, Tensor]:
    names = [name for name in (*ENCODER_INPUTS, "attention_mask") if name in rows[0]]
    padded = tokenizer.pad([{name: row[name] for name in names} for row in rows], return_tensors="pt")
    return {name: values.to(device) for name, values in padded.items()}
