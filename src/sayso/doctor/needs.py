"""How much memory training takes, and whether it can be had here."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from sayso.artifacts import read_json
from sayso.doctor.machine import Machine
from sayso.errors import SaysoError
from sayso.project import Train
from sayso.tuning import Sft

LIBRARIES = 0.9e9
"""What torch and transformers take before there is a model."""
TRAINED, KEPT = 16, 4
"""Bytes for a weight that is trained (itself, its gradient, two moments), and for one that is only there; half in half precision."""
BYTES_OF_A_TOKEN = 140
"""What is kept of a token for the way back: for each layer and each of the numbers that it is wide."""
BYTES_OF_A_CHOICE = 12
"""What a language model's choice among all tokens takes, for each of them."""
LARGE = 60e6
"""An encoder of more weights takes long on a processor."""


@dataclass(frozen=True)
class BaseHere:
    """A base model: how many weights it has, and where it is on this machine; `reason` says why it is not."""

    name: str
    parameters: int | None
    folder: Path | None = None
    reason: str | None = None
    width: int = 0
    layers: int = 0
    vocabulary: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, ready for JSON."""
        folder = None if self.folder is None else str(self.folder)
        return {"name": self.name, "path": folder, "parameters": self.parameters, "reason": self.reason}


@dataclass(frozen=True)
class Verdict:
    """Whether something can be trained here, why, and how many bytes of memory it takes."""

    answer: Literal["yes", "slow", "no"]
    why: str
    memory: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, ready for JSON."""
        return asdict(self)


def base_here(name: str, folder: Path) -> BaseHere:
    """A base model as a project names it, without fetching it."""
    from sayso.train.bases import BASES, find_base, weights_of

    known = BASES.get(name)
    parameters = int(known.parameters * 1e6) if known and known.parameters else None
    try:
        found = folder / name if name not in BASES and (folder / name).is_dir() else find_base(name)
        if found is None:
            return BaseHere(name, parameters, reason=f"not on this machine; training fetches it, or: sayso bases --fetch {name}")
        config = read_json(found / "config.json")
        parameters = parameters_of(weights_of(found)) or parameters
    except SaysoError as error:
        return BaseHere(name, parameters, reason=str(error).partition("\n")[0])
    sizes = (("hidden_size", "dim"), ("num_hidden_layers", "n_layers"), ("vocab_size",))
    width, layers, vocabulary = (next((int(config[key]) for key in keys if key in config), 0) for keys in sizes)
    return BaseHere(name, parameters, found, None, width, layers, vocabulary)


def parameters_of(weights: Path) -> int | None:
    """The number of weights in a safetensors file, of which only the head is read; None for other files."""
    if weights.suffix != ".safetensors":
        return None
    with open(weights, "rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        head = json.loads(stream.read(length))
    total = 0
    for name, tensor in head.items():
        if name != "__metadata__":
            size = 1
            for number in tensor["shape"]:
                size *= number
            total += size
    return total


def encoder_verdict(machine: Machine, base: BaseHere, settings: Train, tokens: int, missing: bool) -> Verdict:
    """Whether the encoder can be trained here."""
    if missing:
        return Verdict("no", "packages are missing; see above")
    needed = None
    if base.parameters:
        needed = LIBRARIES + TRAINED * base.parameters + settings.batch_size * tokens * base.layers * base.width * BYTES_OF_A_TOKEN
    if short := _short(machine, needed):
        return Verdict("no", short, _whole(needed))
    if machine.device:
        return Verdict("yes", f"on {machine.device.name}", _whole(needed))
    if base.parameters and base.parameters > LARGE:
        return Verdict("slow", f"on the processor, {base.parameters / 1e6:.0f} million weights", _whole(needed))
    return Verdict("yes", "on the processor", _whole(needed))


def llm_verdict(machine: Machine, base: BaseHere, settings: Sft, tokens: int, missing: bool) -> Verdict:
    """Whether the language model can be fine-tuned here, by LoRA or as a whole as the settings say."""
    if missing:
        return Verdict("no", "packages are missing; see above")
    needed = None
    if base.parameters:
        on_cuda = machine.device is not None and machine.device.kind == "cuda"
        each = (KEPT if settings.lora else TRAINED) / (2 if on_cuda else 1)
        width = base.layers * base.width * BYTES_OF_A_TOKEN or base.parameters / 50
        needed = LIBRARIES + each * base.parameters + settings.batch_size * tokens * (width + base.vocabulary * BYTES_OF_A_CHOICE)
    if short := _short(machine, needed):
        lora = "" if settings.lora else "; `lora: true` needs less"
        return Verdict("no", f"{short}{lora}; so does a smaller `batch_size` with more `gradient_accumulation`", _whole(needed))
    way = "an adapter (LoRA)" if settings.lora else "the whole network"
    if machine.device:
        return Verdict("yes", f"{way}, on {machine.device.name}", _whole(needed))
    return Verdict("slow", f"{way}, on the processor", _whole(needed))


def _short(machine: Machine, needed: float | None) -> str | None:
    """What is said where there is less memory than that."""
    device = machine.device if machine.device and machine.device.memory else None
    total, free = (device.memory, device.free_memory) if device else (machine.memory, machine.free_memory)
    there = free if free is not None else total
    if needed is None or there is None or needed <= there:
        return None
    return f"it takes about {needed / 1e9:.1f} GB of memory, and {there / 1e9:.1f} GB of {(total or there) / 1e9:.1f} GB are free"


def _whole(needed: float | None) -> int | None:
    return None if needed is None else round(needed)
