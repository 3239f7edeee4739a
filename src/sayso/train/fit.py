"""The training run itself: transformers' Trainer on the network, with our learning rates, metric and progress."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from transformers import EarlyStoppingCallback, Trainer, TrainerCallback, TrainingArguments, set_seed
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_callback import PrinterCallback
from transformers.trainer_utils import get_last_checkpoint

from sayso.artifacts import Progress
from sayso.errors import UsageError
from sayso.examples import Example
from sayso.network.model import ENCODER_INPUTS, EncoderWithHeads, Shape, freeze, load_encoder, only_layers
from sayso.network.tokens import load_tokenizer, longest
from sayso.project import Head, Project, Train
from sayso.train.figures import METRIC, figures
from sayso.train.frozen import frozen_outputs
from sayso.train.head_start import start_from_descriptions
from sayso.train.rows import Collator, Row, rows_of
from sayso.train.watch import Watch, history_of

STEPS_BETWEEN_LOSSES = 10
ROWS_TO_START_FROM, BATCH_TO_START_FROM = 512, 32


@dataclass
class Fit:
    """Everything a run needs."""

    model: EncoderWithHeads
    tokenizer: Any
    heads: Mapping[str, Head]
    settings: Train
    train_rows: list[Row]
    val_rows: list[Row]
    max_length: int
    device: str
    resumed_at_step: int = 0

    @classmethod
    def prepare(cls, project: Project, base: Path, train: list[Example], val: list[Example], device: str) -> Self:
        """Load the base, give it heads, and turn the examples into rows."""
        settings = project.train
        set_seed(settings.seed)
        encoder = load_encoder(base, settings.dropout, attention="sdpa")
        freeze(encoder, settings.freeze_layers)
        shape = Shape(settings.pooling, settings.projection, settings.head_hidden)
        model = EncoderWithHeads(encoder, project.heads, shape, settings.dropout, settings.label_smoothing)
        tokenizer = load_tokenizer(base)
        length = longest(tokenizer, encoder.config, settings.max_length)
        rows = [rows_of(examples, project.heads, tokenizer, length) for examples in (train, val)]
        return cls(model, tokenizer, project.heads, settings, rows[0], rows[1], length, device)

    def run(self, work: Path, progress: Progress) -> list[dict[str, float]]:
        """Train, going on from the last checkpoint in `work`; leaves the best epoch's weights in the model. What each epoch measured.

        Layers that are frozen say the same in every epoch: they run once, and only those after them are trained.
        """
        frozen, layers = None, self.settings.freeze_layers
        if layers:
            rows = [*self.train_rows, *self.val_rows]
            frozen = frozen_outputs(self.model.encoder, layers, rows, self.tokenizer, work, self.device, progress)
        of_tokens = frozenset(f"label_{name}" for name, head in self.heads.items() if head.type == "spans")
        collator = Collator(self.tokenizer, frozen, of_tokens)
        with only_layers(self.model.encoder, slice(layers if frozen else 0, None)):
            self._start_from_texts(collator)
            return self._train(work, collator, progress)

    def _start_from_texts(self, collator: Collator) -> None:
        """Tell what is above the encoder what the base makes of some of the training texts, and of the descriptions of labels."""
        rows = self.train_rows[:: max(1, len(self.train_rows) // ROWS_TO_START_FROM)][:ROWS_TO_START_FROM]
        texts = self._pooled(rows, collator)
        self.model.start_from(texts)
        main = next((name for name, head in self.heads.items() if head.type == "choice"), None)
        if self.settings.heads_start == "descriptions" and main and not (self.settings.projection or self.settings.freeze_layers):
            plain = Collator(self.tokenizer, None, frozenset())

            def read(told: Sequence[str]) -> torch.Tensor:
                return self._pooled(rows_of([Example(one, {}) for one in told], {}, self.tokenizer, self.max_length), plain)

            start_from_descriptions(self.model.heads[main], self.heads[main], texts, read)

    def _pooled(self, rows: Sequence[Row], collator: Collator) -> torch.Tensor:
        """One vector a row, as the encoder pools them before it has learned anything."""
        model = self.model.to(self.device).eval()
        pooled = []
        for start in range(0, len(rows), BATCH_TO_START_FROM):
            batch = collator(list(rows[start : start + BATCH_TO_START_FROM]))
            given = {name: batch[name].to(self.device) for name in (*ENCODER_INPUTS, "attention_mask") if name in batch}
            with torch.no_grad():
                pooled.append(model.pooled(**given))
        return torch.cat(pooled)

    def _train(self, work: Path, collator: Collator, progress: Progress) -> list[dict[str, float]]:
        callbacks: list[TrainerCallback] = [Watch(progress)]
        if self.val_rows:
            callbacks.append(EarlyStoppingCallback(self.settings.patience))
        trainer = Trainer(
            model=self.model,
            args=self._arguments(work),
            train_dataset=self.train_rows,
            eval_dataset=self.val_rows or None,
            data_collator=collator,
            compute_metrics=lambda found: figures(self.heads, found.predictions, found.label_ids),
            callbacks=callbacks,
            optimizers=(self._optimizer(), None),
        )
        trainer.remove_callback(PrinterCallback)
        checkpoint = last_whole_checkpoint(work)
        self.resumed_at_step = int(checkpoint.rpartition("-")[2]) if checkpoint else 0
        trainer.train(resume_from_checkpoint=checkpoint)
        return history_of(trainer.state.log_history)

    @property
    def best_by(self) -> str:
        """The figure on val that the best epoch is chosen by."""
        return self.settings.best_by or METRIC

    def _arguments(self, work: Path) -> TrainingArguments:
        settings = self.settings
        steps = -(-len(self.train_rows) // settings.batch_size) * settings.epochs
        return TrainingArguments(
            output_dir=str(work),
            num_train_epochs=settings.epochs,
            per_device_train_batch_size=settings.batch_size,
            per_device_eval_batch_size=2 * settings.batch_size,
            train_sampling_strategy="group_by_length",
            lr_scheduler_type={"constant": "constant_with_warmup"}.get(settings.schedule, settings.schedule),
            warmup_steps=round(steps * settings.warmup_ratio) if settings.warmup_steps is None else settings.warmup_steps,
            max_grad_norm=settings.max_grad_norm,
            eval_strategy="epoch" if self.val_rows else "no",
            save_strategy="epoch",
            save_total_limit=2,
            load_best_model_at_end=bool(self.val_rows),
            metric_for_best_model=self.best_by,
            greater_is_better=True,
            label_names=[f"label_{name}" for name in self.heads],
            remove_unused_columns=False,
            logging_steps=STEPS_BETWEEN_LOSSES,
            report_to="none",
            disable_tqdm=True,
            restore_callback_states_from_checkpoint=True,
            logging_nan_inf_filter=False,
            dataloader_pin_memory=self.device == "cuda",
            use_cpu=self.device == "cpu",
            seed=settings.seed,
            **_precision(settings.precision, self.device),
        )

    def _optimizer(self) -> torch.optim.Optimizer:
        """AdamW: heads learn faster than the encoder; biases and norms do not decay."""
        settings = self.settings
        groups = []
        on_top = torch.nn.ModuleList([self.model.neck, self.model.heads])
        for module, rate in ((self.model.encoder, 1.0), (on_top, settings.head_learning_rate_factor)):
            weights = [parameter for parameter in module.parameters() if parameter.requires_grad]
            for decay, chosen in ((settings.weight_decay, [p for p in weights if p.ndim > 1]), (0.0, [p for p in weights if p.ndim < 2])):
                if chosen:
                    groups.append({"params": chosen, "lr": settings.learning_rate * rate, "weight_decay": decay})
        return torch.optim.AdamW(groups, fused=True)


def _precision(wanted: str, device: str) -> dict[str, bool]:
    """Half precision where the device is good at it."""
    if wanted == "fp16" and device != "cuda":
        raise UsageError(f"precision fp16 needs a CUDA device, and this run is on {device}; use auto, bf16 or fp32")
    if wanted == "auto" and device == "cuda":
        wanted = "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    return {"bf16": wanted == "bf16", "fp16": wanted == "fp16"}


def last_whole_checkpoint(work: Path) -> str | None:
    """The last checkpoint that a kill did not cut short; its state is what the Trainer writes last. The others are taken away."""
    while last := get_last_checkpoint(str(work)):
        try:
            json.loads(Path(last, TRAINER_STATE_NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            shutil.rmtree(last)
        else:
            return str(last)
    return None
