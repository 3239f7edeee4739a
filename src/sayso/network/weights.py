"""A network and its tokenizer -> the files of the artifact `weights`, and what its manifest says of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from sayso.network.model import EncoderWithHeads, save_heads
from sayso.project import Head


def write_weights(model: EncoderWithHeads, tokenizer: Any, folder: Path) -> None:
    """A Hugging Face folder, with the heads beside the encoder and the main head's labels in its config."""
    encoder: Any = model.encoder.cpu()
    labels = next((list(head.labels) for head in model.specs.values() if head.type == "choice"), None)
    if labels:
        encoder.config.id2label = dict(enumerate(labels))
        encoder.config.label2id = {label: index for index, label in enumerate(labels)}
    encoder.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    save_heads(model, folder)


def facts_of_weights(model: EncoderWithHeads, max_length: int) -> dict[str, Any]:
    """What whoever opens the weights must know of them."""
    return {
        "heads": {name: _declared(head) for name, head in model.specs.items()},
        "shape": asdict(model.shape),
        "max_length": max_length,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
    }


def _declared(head: Head) -> dict[str, Any]:
    facts: dict[str, Any] = {"type": head.type, "labels": list(head.labels)}
    return facts | ({"ordered": head.ordered, "fallback": head.fallback} if head.type == "choice" else {})
