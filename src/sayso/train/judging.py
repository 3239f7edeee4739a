"""A language model that torch runs, judged by what it writes: how many answers are right, and how many can be read at all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from sayso.artifacts import Progress, read_json, write_json
from sayso.clischema import Schema
from sayso.clischema.same import same_answer
from sayso.examples.answers import Answered
from sayso.network.causal import Causal
from sayso.runtime.prompt import Prompter
from sayso.runtime.written import answer_in_json


def judged_by_writing(causal: Causal, prompter: Prompter, schema: Schema, rows: Sequence[Answered]) -> dict[str, float]:
    """The shares of the rows whose answer is right in everything, and whose answer is one."""
    prompts = [prompter(row.request) for row in rows]
    right = readable = 0
    for row, (text,) in zip(rows, causal.write(prompts), strict=True):
        answer = answer_in_json(schema, text, row.example.context)
        readable += answer["type"] != "unreadable"
        truth = row.example.output or {"type": "none"}
        right += same_answer(truth, answer)
    return {"exact": round(right / max(1, len(rows)), 4), "readable": round(readable / max(1, len(rows)), 4)}


class JudgeByWriting(TrainerCallback):  # type: ignore[misc]
    """After every epoch the model writes answers to some rows that it does not learn from. What was measured is kept in `work`."""

    def __init__(
        self, causal: Causal, prompter: Prompter, schema: Schema, rows: Sequence[Answered], work: Path, progress: Progress
    ) -> None:
        self.causal, self.prompter, self.schema, self.rows, self.progress = causal, prompter, schema, rows, progress
        self.file = work / "by_writing.json"

    @property
    def epochs(self) -> list[dict[str, float]]:
        """What was measured after each epoch, also before the run was interrupted."""
        return list(read_json(self.file)) if self.file.is_file() else []

    def on_epoch_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """Judge, and keep what was measured with the epoch's number; of an epoch that ran twice, the last."""
        if not self.rows:
            return
        self.progress("letting the model answer", 0, 0)
        epoch, found = round(state.epoch), judged_by_writing(self.causal, self.prompter, self.schema, self.rows)
        write_json(self.file, [*(row for row in self.epochs if row["epoch"] < epoch), {"epoch": epoch} | found])


def perplexity(loss: float) -> float:
    """How many tokens the model hesitates between, on average, where it writes an answer."""
    return round(math.exp(min(loss, 50.0)), 4)
