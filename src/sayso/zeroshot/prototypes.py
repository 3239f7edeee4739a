"""A base model and what labels mean -> the artifact `weights`: each label's row is the mean of its sentences, as the base sees them.

A text's logit for a label tells how much more alike they are than two unrelated messages, as a share of the way to the same
message. (Bases differ: of one, unrelated messages have a cosine of 0.1, of another 0.8.) It is 0 where a text is no more
like the label than chance may make it: there a fallback wins and a tag ends. Both constants: `python benchmarks/zero_shot.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from sayso.artifacts import Artifact, Progress, digest_of_file, new_artifact, open_artifact
from sayso.network.model import EncoderWithHeads, Shape, load_encoder
from sayso.network.tokens import load_tokenizer, longest
from sayso.network.weights import facts_of_weights, write_weights
from sayso.project import Project
from sayso.train.bases import weights_of
from sayso.zeroshot.sentences import sentences_of

SHARPNESS = 20.0
"""How fast confidence grows with likeness: the one with the least NLL on CLINC150, by descriptions alone."""
LEAST_LIKENESS = 0.2
"""From which likeness a text is about a label at all: where CLINC150 and Home Assistant's sentences lose about 1 % of what was right."""
NARROWEST = 0.01
"""What is left to tell apart, at least, by a base that thinks everything alike."""
AT_ONCE = 32

UNRELATED = (
    "when does the next train leave",
    "my order still has not arrived",
    "turn the heating down a little",
    "who wrote this symphony",
    "I want to change my password",
    "how many eggs go into the dough",
    "book a table for four at eight",
    "what is the capital of Peru",
    "the printer is out of paper again",
    "tell me a joke about cats",
    "cancel my gym membership",
    "is it going to rain on Thursday",
    "show me all open invoices",
    "translate good night into Greek",
    "which team won the final",
    "I have a headache and a sore throat",
    "play something slower",
    "where is the main function defined",
    "send this photo to my sister",
    "how much does the blue jacket cost",
    "explain how a vaccine works",
    "add milk to the shopping list",
    "merge the two branches",
    "thanks, that was all",
)
"""Messages that have nothing to do with each other, to see how alike a base thinks them."""


def prototype_weights(project: Project, base: Path, out: Path, progress: Progress) -> Artifact:
    """Give the base a head for each of the project's heads with labels; nothing is trained."""
    tokenizer = load_tokenizer(base)
    shape = Shape(project.train.pooling, normalized=True)
    model = EncoderWithHeads(load_encoder(base, attention="sdpa"), project.heads, shape).eval()
    reader = _Reader(model, tokenizer, longest(tokenizer, model.encoder.config, project.train.max_length))
    progress("reading what the labels mean", 0, 0)
    unrelated = reader.likeness_of_unrelated()
    scales = {name: _set_head(project, name, reader, unrelated) for name in project.heads}
    with new_artifact(out, "weights") as draft:
        write_weights(model, tokenizer, draft.path)
        draft.facts |= {"base": project.base, "base_sha256": digest_of_file(weights_of(base))}
        draft.facts |= facts_of_weights(model, reader.max_length) | {"likeness": {"unrelated": unrelated, "scale": scales}}
    return open_artifact(out, "weights")


@dataclass(frozen=True)
class _Reader:
    """What the base makes of sentences."""

    model: EncoderWithHeads
    tokenizer: Any
    max_length: int

    def vectors(self, sentences: Sequence[str]) -> Tensor:
        """One vector of length 1 a sentence."""
        found = []
        for start in range(0, len(sentences), AT_ONCE):
            some = list(sentences[start : start + AT_ONCE])
            batch = self.tokenizer(some, padding=True, truncation=True, max_length=self.max_length, return_tensors="pt")
            with torch.inference_mode():
                found.append(self.model.pooled(**batch))
        return torch.cat(found)

    def likeness_of_unrelated(self) -> float:
        """The mean cosine of unrelated messages, short of 1."""
        vectors = self.vectors(UNRELATED)
        cosines = (vectors @ vectors.T)[~torch.eye(len(vectors), dtype=torch.bool)]
        return min(float(cosines.mean()), 1 - NARROWEST)


def _set_head(project: Project, name: str, reader: _Reader, unrelated: float) -> float:
    """Give a head a row a label, the fallback an empty one, whose logit is 0; what cosines are multiplied by."""
    head, sentences = project.heads[name], sentences_of(project, name)
    told = [label for label in head.labels if label != head.fallback]
    means = torch.stack([reader.vectors(sentences[label]).mean(0) for label in told])
    tightness = _tightness(means, unrelated)
    sharpness = SHARPNESS / math.sqrt(tightness)
    scale = sharpness / (1 - unrelated)
    layer: Any = reader.model.heads[name]
    rows = [list(head.labels).index(label) for label in told]
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.zero_()
        layer.weight[rows] = scale * functional.normalize(means, dim=-1)
        layer.bias[rows] = -scale * unrelated - sharpness * LEAST_LIKENESS / tightness
    return scale


def _tightness(means: Tensor, unrelated: float) -> float:
    """How alike a label's sentences are: 1 with a description alone.

    The looser they are, the more a text is like their mean than like each of them, and the less the means of two labels differ.
    """
    alike = (means.square().sum(-1) - unrelated) / (1 - unrelated)
    return float(alike.clamp(min=NARROWEST).sqrt().mean())
