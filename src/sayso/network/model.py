"""The network: one encoder, any set of heads on what it says of a text."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from sayso.errors import ArtifactError, UsageError
from sayso.project import Head

ENCODER_INPUTS = ("input_ids", "token_type_ids", "inputs_embeds")
HEADS_FILE = "heads.safetensors"
SHARED = "_shared."
NO_CHOICE = -100
"""What stands for a choice that is not known; NaN stands for tags and scores that are not."""


@dataclass(frozen=True)
class Shape:
    """How an encoder's output becomes what the heads see: pooled, perhaps brought to length 1, then projected for all heads, then a
    hidden layer for each."""

    pooling: str = "mean"
    projection: int | None = None
    head_hidden: int | None = None
    normalized: bool = False

    def neck(self, width: int) -> nn.Sequential:
        """What all heads share; nothing without `projection`."""
        return nn.Sequential(*([nn.Linear(width, self.projection), nn.ReLU()] if self.projection else []))

    def head(self, width: int, outputs: int, dropout: float) -> nn.Module:
        """One head on what all share: linear, or with a hidden layer of its own."""
        width = self.projection or width
        if not self.head_hidden:
            return nn.Linear(width, outputs)
        return nn.Sequential(nn.Linear(width, self.head_hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(self.head_hidden, outputs))


class EncoderWithHeads(nn.Module):
    """An encoder, pooled, with a head for each thing it is to tell."""

    def __init__(
        self, encoder: nn.Module, heads: Mapping[str, Head], shape: Shape, dropout: float = 0.0, label_smoothing: float = 0.0
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.specs = dict(heads)
        self.shape = shape
        self.label_smoothing = label_smoothing
        self.dropout = nn.Dropout(dropout)
        width = int(encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.neck = shape.neck(width)
        self.heads = nn.ModuleDict({name: shape.head(width, head.outputs, dropout) for name, head in heads.items()})

    def forward(self, attention_mask: Tensor, **inputs: Tensor) -> dict[str, Tensor]:
        """Each head's output, and the loss where labels are given as `label_<head>`."""
        outputs = self.outputs(attention_mask, **{name: inputs[name] for name in ENCODER_INPUTS if name in inputs})
        if not any(name.startswith("label_") for name in inputs):
            return outputs
        losses = [self.specs[name].loss_weight * self._loss(name, output, inputs) for name, output in outputs.items()]
        return {"loss": torch.stack(losses).sum(), **outputs}

    def outputs(self, attention_mask: Tensor, **inputs: Tensor) -> dict[str, Tensor]:
        """Logits of choice and tags heads, numbers in [0, 1] of score heads; of spans heads, the logits of each token."""
        hidden = self.encoder(attention_mask=attention_mask, **inputs).last_hidden_state
        shared = self.dropout(self.neck(self._pooled(hidden, attention_mask)))
        tokens = self.dropout(self.neck(hidden)) if any(head.type == "spans" for head in self.specs.values()) else None
        found = {name: head(tokens if self.specs[name].type == "spans" else shared) for name, head in self.heads.items()}
        return {name: torch.sigmoid(out).squeeze(-1) if self.specs[name].type == "score" else out for name, out in found.items()}

    def start_from(self, pooled: Tensor) -> None:
        """Let the projection start from texts as they are pooled, centred and scaled: before training all texts are much alike to it."""
        if not self.shape.projection or len(pooled) < 2:
            return
        with torch.no_grad():
            weight, bias = self.neck[0].weight, self.neck[0].bias
            weight.copy_(weight / pooled.std(0).clamp(min=1e-6))  # type: ignore[operator, arg-type]
            bias.copy_(bias - weight @ pooled.mean(0))  # type: ignore[operator]

    def pooled(self, attention_mask: Tensor, **inputs: Tensor) -> Tensor:
        """One vector a text."""
        return self._pooled(self.encoder(attention_mask=attention_mask, **inputs).last_hidden_state, attention_mask)

    def _pooled(self, hidden: Tensor, attention_mask: Tensor) -> Tensor:
        vectors = self._pool(hidden, attention_mask)
        return functional.normalize(vectors, dim=-1) if self.shape.normalized else vectors

    def _pool(self, hidden: Tensor, attention_mask: Tensor) -> Tensor:
        if self.shape.pooling == "cls":
            return hidden[:, 0]
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return (hidden * mask).sum(1) / mask.sum(1)

    def _loss(self, name: str, output: Tensor, inputs: Mapping[str, Tensor]) -> Tensor:
        """The mean loss of the rows whose label is known, by their weights."""
        label, weight = inputs[f"label_{name}"], inputs["weight"]
        kind = self.specs[name].type
        if kind == "choice":
            known = label != NO_CHOICE
            loss = functional.cross_entropy(output, label, reduction="none", ignore_index=NO_CHOICE, label_smoothing=self.label_smoothing)
        elif kind == "spans":
            known = (label != NO_CHOICE).any(-1)
            losses = functional.cross_entropy(output.transpose(1, 2), label, reduction="none", ignore_index=NO_CHOICE)
            loss = losses.sum(-1) / (label != NO_CHOICE).sum(-1).clamp(min=1)
        elif kind == "tags":
            known = ~label.isnan().any(-1)
            loss = functional.binary_cross_entropy_with_logits(output, label.nan_to_num(), reduction="none").mean(-1)
        else:
            known = ~label.isnan()
            loss = (output - label.nan_to_num()) ** 2
        weight = weight * known
        return (loss * weight).sum() / weight.sum().clamp(min=1e-9)


def load_encoder(base: Path, dropout: float = 0.0, attention: str = "eager") -> nn.Module:
    """An encoder without a pooling layer. Attention is `eager`, spelled out, as export needs it, or `sdpa`, which is faster."""
    from safetensors import SafetensorError
    from transformers import AutoModel

    config = load_config(base)
    for name in ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout"):
        if hasattr(config, name):
            setattr(config, name, dropout)
    extra: dict[str, Any] = {"add_pooling_layer": False} if config.model_type in {"bert", "roberta", "xlm-roberta"} else {}
    extra |= {"attn_implementation": attention, "dtype": torch.float32, "output_loading_info": True}
    try:
        encoder, loaded = AutoModel.from_pretrained(base, config=config, **extra)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ArtifactError(f"this model's weights cannot be loaded: {_first_line(error)}", base) from None
    missing = sorted(name for name in loaded["missing_keys"] if not name.startswith("pooler."))
    if missing:
        raise ArtifactError(f"this model's weights lack {len(missing)} of its tensors, such as {missing[0]}", base)
    return encoder  # type: ignore[no-any-return]


def load_config(base: Path) -> Any:
    """What kind of encoder a folder holds."""
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(base)
    except (OSError, ValueError) as error:
        raise ArtifactError(f"this folder holds no encoder that transformers can load: {_first_line(error)}", base) from None


def layers_of(encoder: nn.Module) -> nn.ModuleList:
    """The encoder's stack of layers, whatever the architecture calls it."""
    depth = encoder.config.num_hidden_layers  # type: ignore[union-attr]
    return next(module for module in encoder.modules() if isinstance(module, nn.ModuleList) and len(module) == depth)


def freeze(encoder: nn.Module, layers: int) -> None:
    """Keep the embeddings and the first `layers` layers as they are; none if 0."""
    if not layers:
        return
    stack = layers_of(encoder)
    if layers > len(stack):
        raise UsageError(f"freeze_layers is {layers}, and this base model has {len(stack)} layers; ask for fewer")
    frozen = [encoder.embeddings, *stack[:layers]]
    for parameter in (parameter for module in frozen for parameter in module.parameters()):
        parameter.requires_grad = False


class _Given(nn.Module):
    """Stands in for the embeddings of an encoder that is given hidden states instead of ids."""

    def forward(self, input_ids: Tensor | None = None, inputs_embeds: Tensor | None = None, *others: Any, **named: Any) -> Tensor | None:
        return inputs_embeds


@contextlib.contextmanager
def only_layers(encoder: nn.Module, which: slice) -> Iterator[None]:
    """For a while, the encoder has these layers alone. Without its first, it takes what the layer before gave as `inputs_embeds`."""
    stack, embeddings = layers_of(encoder), encoder.embeddings
    owner, name = next((module, name) for module in encoder.modules() for name, child in module.named_children() if child is stack)
    setattr(owner, name, stack[which])
    if which.start:
        encoder.embeddings = _Given()
    try:
        yield
    finally:
        setattr(owner, name, stack)
        encoder.embeddings = embeddings


def save_heads(model: EncoderWithHeads, folder: Path) -> None:
    """The heads beside the encoder, `<head>.weight` and `<head>.bias`, and under `_shared` what they share."""
    tensors = {**model.heads.state_dict(), **model.neck.state_dict(prefix=SHARED)}
    save_file({name: tensor.contiguous().cpu() for name, tensor in tensors.items()}, folder / HEADS_FILE)


def load_weights(folder: Path, heads: Mapping[str, Head], shape: Shape) -> EncoderWithHeads:
    """The network of a finished weights artifact, ready to answer."""
    model = EncoderWithHeads(load_encoder(folder), heads, shape)
    tensors = load_file(folder / HEADS_FILE)
    model.neck.load_state_dict({name.removeprefix(SHARED): tensors.pop(name) for name in list(tensors) if name.startswith(SHARED)})
    model.heads.load_state_dict(tensors)
    return model.eval()


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
