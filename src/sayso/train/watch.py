"""What is told of a run: while it goes on, to our Progress; when it is over, in the manifest."""

from __future__ import annotations

import math
from typing import Any

from transformers import TrainerCallback

from sayso.artifacts import Progress
from sayso.errors import InputError
from sayso.train.figures import METRIC

HOW_FAST = {"runtime", "samples_per_second", "steps_per_second"}
"""What the Trainer measures of itself."""


class Watch(TrainerCallback):  # type: ignore[misc]
    """Tells our Progress how far the run is, and how good it was on val."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.loss = self.val = ""

    def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """One step further."""
        epoch = min(math.ceil(state.epoch), int(state.num_train_epochs))
        doing = f"training, epoch {epoch}/{int(state.num_train_epochs)}{self.loss}{self.val}"
        self.progress(doing, state.global_step, state.max_steps)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """Have the loss of the epoch's last steps logged with the epoch."""
        control.should_log = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **others: Any) -> None:
        """A few steps further; a loss that is no number any more never will be again."""
        loss = (logs or {}).get("loss")
        if loss is None:
            return
        if not math.isfinite(loss):
            raise InputError(f"training broke down in epoch {math.ceil(state.epoch)}: the loss is {loss}; lower `train.learning_rate`")
        self.loss = f", loss {loss:.3f}"

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **others: Any) -> None:
        """One epoch further."""
        found = (metrics or {}).get(f"eval_{METRIC}")
        self.val = "" if found is None else f", val {found:.3f}"


def history_of(log: list[dict[str, float]]) -> list[dict[str, float]]:
    """What was measured after each epoch: the mean loss on train, and on val the loss and the figures of the heads."""
    epochs: dict[int, dict[str, float]] = {}
    losses: dict[int, list[float]] = {}
    before = 0.0
    for entry in log:
        epoch = math.ceil(entry["epoch"] - 1e-6)
        row = epochs.setdefault(epoch, {"epoch": epoch})
        if "loss" in entry:
            losses.setdefault(epoch, []).extend([entry["loss"]] * round(entry["step"] - before))
            row["train_loss"] = round(sum(losses[epoch]) / len(losses[epoch]), 5)
            before = entry["step"]
        measured = {name.removeprefix("eval_"): round(value, 5) for name, value in entry.items() if name.startswith("eval_")}
        row |= {name: value for name, value in measured.items() if name not in HOW_FAST}
    return list(epochs.values())
