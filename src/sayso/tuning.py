"""Tuning: how a language model learns a tool's commands, as `llm:` in sayso.yaml says it, or a file in the form of `sft_config.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from sayso.errors import ProjectError, nearest
from sayso.section import Section
from sayso.yamlfile import read_yaml

Quantization = Literal["f16", "q8_0", "q5_k_m", "q4_k_m", "q4_0"]
QUANTIZATIONS: tuple[Quantization, ...] = ("f16", "q8_0", "q5_k_m", "q4_k_m", "q4_0")


class Tuning(Section):
    """What fine-tuning on answers and on preferences have in common."""

    epochs: int = Field(default=3, ge=1)
    batch_size: int = Field(default=8, ge=1)
    gradient_accumulation: int = Field(default=4, ge=1)
    learning_rate: float = Field(default=1e-3, gt=0)
    warmup_ratio: float = Field(default=0.1, ge=0, le=1)
    schedule: Literal["linear", "cosine", "constant"] = "cosine"
    lora: bool = True
    lora_r: int = Field(default=16, ge=1)
    lora_alpha: int = Field(default=32, ge=1)
    lora_dropout: float = Field(default=0.05, ge=0, lt=1)
    lora_targets: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj")
    packing: bool = False
    max_length: int = Field(default=512, ge=16)
    log_every: int = Field(default=10, ge=1)
    report_to: str = "none"
    seed: int = 1


class Sft(Tuning):
    """How the model learns to answer; `rows` is a budget, for machines that need one."""

    rows: int | None = Field(default=None, ge=1)
    judge_rows: int = Field(default=64, ge=0)


class Dpo(Tuning):
    """How it learns from what it got wrong: so many pairs of a right and a wrong answer."""

    epochs: int = Field(default=1, ge=1)
    batch_size: int = Field(default=4, ge=1)
    gradient_accumulation: int = Field(default=8, ge=1)
    learning_rate: float = Field(default=5e-6, gt=0)
    beta: float = Field(default=0.1, gt=0)
    loss: Literal["sigmoid", "hinge", "ipo"] = "sigmoid"
    pairs: int = Field(default=1000, ge=1)
    least_pairs: int = Field(default=20, ge=1)
    samples: int = Field(default=4, ge=1)
    temperature: float = Field(default=0.9, gt=0)
    requests: int | None = Field(default=None, ge=1)


class LanguageModel(Section):
    """The engine that writes its answers."""

    base: str = "smollm2"
    sft: Sft = Sft()
    dpo: Dpo | None = Dpo()
    schema_in_prompt: bool = False
    commands_shown: int = Field(default=8, ge=1)
    quantization: Quantization = "q8_0"
    rivals: tuple[Quantization, ...] = ()
    hybrid_below: float = Field(default=0.7, ge=0, le=1)

    @model_validator(mode="after")
    def _rivals_differ(self) -> Self:
        if self.quantization in self.rivals:
            raise ValueError(f"`rivals` are quantizations to measure beside {self.quantization!r}; it is one of them")
        return self


KEYS = {
    "training.num_train_epochs": "epochs",
    "training.per_device_train_batch_size": "batch_size",
    "training.gradient_accumulation_steps": "gradient_accumulation",
    "training.learning_rate": "learning_rate",
    "training.warmup_ratio": "warmup_ratio",
    "training.lr_scheduler_type": "schedule",
    "training.use_lora": "lora",
    "training.lora_r": "lora_r",
    "training.lora_alpha": "lora_alpha",
    "training.lora_dropout": "lora_dropout",
    "training.lora_target_modules": "lora_targets",
    "training.packing": "packing",
    "training.beta": "beta",
    "training.loss_type": "loss",
    "training.seed": "seed",
    "data.max_seq_length": "max_length",
    "logging.report_to": "report_to",
    "logging.logging_steps": "log_every",
}
"""The keys of a configuration file of the original, and what they are called here."""
NOT_NEEDED = ("training.output_dir", "data.train_file", "data.validation_file", "data.preference_file")
"""What a project knows by itself: where its rows are, and where its models go."""
BASE = "model.name"


def tuning_from_file(path: Path) -> tuple[dict[str, Any], str | None]:
    """The settings in a configuration file, and the base model that it names, if that is one and no folder that training makes."""
    file = read_yaml(path, ProjectError)
    settings: dict[str, Any] = {}
    base: str | None = None
    for section, entries in (file.value or {}).items() if isinstance(file.value, Mapping) else ():
        for key, value in entries.items() if isinstance(entries, Mapping) else ():
            name = f"{section}.{key}"
            if name == BASE:
                base = None if str(value).startswith(".") else str(value)
            elif name in KEYS:
                settings[KEYS[name]] = float(value) if name == "training.learning_rate" else value
            elif name not in NOT_NEEDED:
                raise ProjectError(f"unknown key {name!r}{nearest(name, (*KEYS, BASE, *NOT_NEEDED))}", path, file.line_of([section, key]))
    if not settings and base is None:
        raise ProjectError("this file sets nothing; it has the sections `model`, `training`, `data` and `logging`", path)
    return settings, base


def with_files(section: Any, folder: Path) -> Any:
    """`llm:` of sayso.yaml, with what the configuration files say that it names for `sft` or `dpo`."""
    if not isinstance(section, Mapping):
        return section
    found = dict(section)
    for stage in ("sft", "dpo"):
        if isinstance(found.get(stage), str):
            found[stage], base = tuning_from_file(folder / found[stage])
            if base and stage == "sft":
                found.setdefault("base", base)
    return found
