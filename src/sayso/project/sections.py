"""The sections of a project: where its data comes from, and how each stage works on it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from sayso.errors import nearest
from sayso.gate import Gate
from sayso.section import Section

RULES_OF_REDACTION = ("email", "iban", "card", "fiscal_code", "vat", "phone")
"""Kinds of personal data that are known, and taken out unless the project says `KIND: false`."""


def _redaction_from_yaml(value: Any) -> Any:
    """`false` is none of the rules; a mapping switches single ones off, or adds a pattern of one's own under a new name."""
    if value is False:
        return dict.fromkeys(RULES_OF_REDACTION, False)
    if value is True:
        return {}
    if not isinstance(value, dict):
        raise ValueError("`redact` is true, false, or a mapping of rules")
    for name, rule in value.items():
        if rule is True and name not in RULES_OF_REDACTION:
            raise ValueError(f"there is no rule {name!r}{nearest(str(name), RULES_OF_REDACTION)}; give it a pattern to make one")
        if isinstance(rule, str):
            try:
                empty = re.compile(rule).search("")
            except re.error as error:
                raise ValueError(f"the pattern of {name!r} is no regular expression: {error}") from None
            if empty:
                raise ValueError(f"the pattern of {name!r} matches the empty text; it would take out everything")
    return value


class Source(Section):
    """Where examples come from: a templates folder (sentences, rules, lists), a file of examples, or production logs."""

    templates: Path | None = None
    examples: Path | None = None
    logs: Path | None = None
    language: str | None = None
    split: Literal["train", "val", "calib", "test"] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(path is not None for path in (self.templates, self.examples, self.logs)) != 1:
            raise ValueError("a source names one of `templates: FOLDER`, `examples: FILE` and `logs: FILE`")
        return self


class Generate(Section):
    """How many examples templates and a tool's schema give, and how they are varied."""

    rows_per_command: int = Field(default=240, ge=10)
    samples_per_label: int = Field(default=1000, ge=1)
    augmentation_ratio: float = Field(default=0.5, ge=0, le=1)
    allow_fewer: bool = False
    verification_share: float = Field(default=0.1, ge=0, le=1)
    seed: int = 1


class Splits(Section):
    """The share of groups that each split gets; no group is ever in two. By time, the groups that were active last are held out."""

    by: Literal["group", "time"] = "group"

    train: float = Field(default=0.7, gt=0)
    val: float = Field(default=0.1, gt=0)
    calib: float = Field(default=0.1, gt=0)
    test: float = Field(default=0.1, gt=0)

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        total = self.train + self.val + self.calib + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares of train, val, calib and test add up to {total:g}; make them 1")
        return self


class Check(Section):
    """What the data must satisfy before anything is trained on it."""

    min_per_label: int = Field(default=200, ge=1)
    max_imbalance: float = Field(default=3.0, ge=1)
    near_duplicate_similarity: float = Field(default=0.95, gt=0, le=1)
    max_near_leaks: float = Field(default=0.01, ge=0, le=1)


class Train(Section):
    """How the encoder and its heads are fitted."""

    epochs: int = Field(default=3, ge=1)
    batch_size: int = Field(default=32, ge=1)
    learning_rate: float = Field(default=1e-4, gt=0)
    head_learning_rate_factor: float = Field(default=20.0, gt=0)
    schedule: Literal["linear", "cosine", "constant"] = "cosine"
    warmup_ratio: float = Field(default=0.1, ge=0, le=1)
    warmup_steps: int | None = Field(default=None, ge=0)
    weight_decay: float = Field(default=0.01, ge=0)
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    max_grad_norm: float = Field(default=1.0, gt=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    freeze_layers: int = Field(default=0, ge=0)
    projection: int | None = Field(default=None, ge=1)
    head_hidden: int | None = Field(default=None, ge=1)
    heads_start: Literal["anywhere", "descriptions"] = "anywhere"
    prune_vocabulary: bool = False
    best_by: str | None = None
    pooling: Literal["mean", "cls"] = "mean"
    max_length: int = Field(default=128, ge=8)
    patience: int = Field(default=2, ge=1)
    balance: Literal["none", "weights", "sampling"] = "none"
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    seed: int = 1


class Export(Section):
    """How the trained weights become the files a runtime loads."""

    optimize: bool = True
    quantize: bool = True
    max_int8_drop: float = Field(default=0.02, ge=0, le=1)
    min_int8_agreement: float = Field(default=0.0, ge=0, le=1)


class Bands(Section):
    """The confidence from which a prediction is executed, confirmed, or suggested; below: ask."""

    execute: float = Field(default=0.9, ge=0, le=1)
    confirm: float = Field(default=0.7, ge=0, le=1)
    suggest: float = Field(default=0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _descend(self) -> Self:
        if not self.execute >= self.confirm >= self.suggest:
            raise ValueError("bands must descend: execute >= confirm >= suggest")
        return self


class ZeroShot(Section):
    """How a model is asked that was trained on none of these labels."""

    template: str | None = None

    @field_validator("template")
    @classmethod
    def _has_a_place(cls, template: str | None) -> str | None:
        if template is not None and template.count("{}") != 1:
            raise ValueError("`template` is a sentence with one {} in it, where a label's description goes")
        return template


class Labeling(Section):
    """What a server keeps of what it is asked, for people to label; and what it never keeps."""

    capture_below: float = Field(default=0.7, ge=0, le=1)
    capture_share: float = Field(default=0.02, ge=0, le=1)
    keep_days: int = Field(default=365, ge=1)
    second_opinions: float = Field(default=0.1, ge=0, le=1)
    lease_minutes: float = Field(default=10, gt=0)
    redact: Annotated[dict[str, bool | str], BeforeValidator(_redaction_from_yaml)] = Field(default_factory=dict)


class Retrain(Section):
    """What labels that people gave are made into, and what the next model must prove against the one that is deployed."""

    test: Path | None = None
    min_per_label: int = Field(default=200, ge=1)
    label_weight: float = Field(default=1.0, gt=0)
    gates: tuple[Gate, ...] | None = None


class Rules(Section):
    """Rules beside the model: which heads they estimate too, and how both are put together."""

    score: str = "score"
    tier: str = "tier"
    mode: Literal["hybrid", "ml_only", "ml_refine"] = "hybrid"
    model_share: float | Literal["fit"] = 0.6
    unsure: tuple[float, float] = (0.35, 0.65)

    @model_validator(mode="after")
    def _are_shares(self) -> Self:
        if not isinstance(self.model_share, str) and not 0 <= self.model_share <= 1:
            raise ValueError("`model_share` is a share from 0 to 1, or `fit`, which finds it on the validation rows")
        if not 0 <= self.unsure[0] <= self.unsure[1] <= 1:
            raise ValueError("`unsure` is a range of scores, such as [0.35, 0.65]")
        return self
