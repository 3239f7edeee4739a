"""What fine-tuning on answers and on preferences share: the arguments of a run, LoRA, rows as token ids, and where it goes on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sayso.errors import InputError, MissingExtra
from sayso.network.causal import ADAPTER, NETWORK
from sayso.tuning import Tuning

if TYPE_CHECKING:
    from peft import LoraConfig


def save(model: Any, tokenizer: Any, folder: Path) -> None:
    """Leave the adapter, if one was trained, and the whole network with the adapter in its weights, in half precision."""
    import torch

    if hasattr(model, "merge_and_unload"):
        model.save_pretrained(folder / ADAPTER)
        model = model.merge_and_unload()
    dtype = next(model.parameters()).dtype
    (model.to(torch.float16) if dtype == torch.float32 else model).save_pretrained(folder / NETWORK)
    tokenizer.save_pretrained(folder / NETWORK)


def common_arguments(settings: Tuning, work: Path, rows: int, device: str) -> dict[str, Any]:
    """What transformers' Trainer and those made from it are told alike."""
    import torch

    steps = max(1, math.ceil(rows / (settings.batch_size * settings.gradient_accumulation))) * settings.epochs
    return {
        "output_dir": str(work),
        "num_train_epochs": settings.epochs,
        "per_device_train_batch_size": settings.batch_size,
        "per_device_eval_batch_size": settings.batch_size,
        "gradient_accumulation_steps": settings.gradient_accumulation,
        "learning_rate": settings.learning_rate,
        "lr_scheduler_type": {"constant": "constant_with_warmup"}.get(settings.schedule, settings.schedule),
        "warmup_steps": round(steps * settings.warmup_ratio),
        "save_strategy": "epoch",
        "save_total_limit": 2,
        "logging_steps": settings.log_every,
        "report_to": settings.report_to,
        "disable_tqdm": True,
        "dataloader_pin_memory": device == "cuda",
        "use_cpu": device == "cpu",
        "bf16": device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False),
        "gradient_checkpointing": False,
        "max_length": settings.max_length,
        "seed": settings.seed,
    }


def lora_of(settings: Tuning, model: Any) -> LoraConfig | None:
    """The adapter that is trained; None where the whole network is."""
    if not settings.lora:
        return None
    layers = {name.rpartition(".")[2] for name, layer in model.named_modules() if getattr(layer, "weight", None) is not None}
    if not layers & set(settings.lora_targets):
        wanted, there = ", ".join(settings.lora_targets), ", ".join(sorted(layers))
        raise InputError(f"`lora_targets` are {wanted}, and this model has no such layers; it has: {there}")
    from peft import LoraConfig

    return LoraConfig(
        r=settings.lora_r,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules=list(settings.lora_targets),
        task_type="CAUSAL_LM",
    )


def library(name: str) -> Any:
    """trl or another library of the extra `llm`."""
    import importlib

    try:
        found = importlib.import_module(name)
    except ImportError:
        raise MissingExtra("Training a language model", "llm") from None
    importlib.import_module("datasets").disable_progress_bars()
    return found


def history(log: list[Mapping[str, float]]) -> list[dict[str, float]]:
    """What was measured on the way, row by row, without what the trainer measures of itself; a loss that is no number ends the run."""
    kept = []
    for entry in log:
        if not math.isfinite(entry.get("loss", 0.0)):
            raise InputError(f"training broke down at step {entry.get('step')}: the loss is {entry['loss']}; lower `learning_rate`")
        kept.append({name: round(value, 5) for name, value in entry.items() if not name.endswith(("runtime", "per_second", "_flos"))})
    return kept
