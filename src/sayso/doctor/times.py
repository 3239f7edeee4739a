"""What was measured -> how long each stage of a project's engine takes: batches, steps and tokens, counted as the stage will."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sayso.doctor.rows import Rows
from sayso.doctor.speed import AT_ONCE, Speed
from sayso.project import Project

LONGEST_OF_MANY = 2.0
"""Answers that are written at once take as long as the longest of them: about so many times the mean."""


@dataclass(frozen=True)
class StageTime:
    """Seconds that a stage takes: about so many, at most so many; None where nothing was measured that tells."""

    stage: str
    seconds: float | None
    how: Literal["about", "at most", "not measured", "up to date"]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, ready for JSON."""
        return asdict(self)


def times_of(project: Project, rows: Rows, speed: Speed) -> list[StageTime]:
    """One a stage, in the order of the pipeline."""
    from sayso.pipeline import steps_of

    ready = _up_to_date(project)
    return [
        StageTime(step.name, 0.0, "up to date") if step.name in ready else _time_of(step.name, project, rows, speed)
        for step in steps_of(project)
    ]


def _up_to_date(project: Project) -> set[str]:
    from sayso.errors import SaysoError
    from sayso.pipeline import plan

    try:
        return {outcome.step for outcome in plan(project) if outcome.reason is None}
    except SaysoError:  # an artifact that cannot be read is no news about time; `sayso build` tells it
        return set()


def _time_of(stage: str, project: Project, rows: Rows, speed: Speed) -> StageTime:
    reckon = RECKONED.get(stage)
    seconds = reckon(project, rows, speed) if reckon else None
    if seconds is None:
        return StageTime(stage, None, "not measured")
    return StageTime(stage, round(seconds, 1), "at most" if stage in AT_MOST else "about")


def _train(project: Project, rows: Rows, speed: Speed) -> float | None:
    if speed.learn_batch is None or speed.step is None or speed.read_batch is None:
        return None
    settings, train, val = project.train, rows.splits["train"], rows.splits["val"]
    read = speed.read_batch / settings.batch_size
    once = (train + val) * read if settings.freeze_layers else 0.0
    steps = math.ceil(train / settings.batch_size)
    return once + settings.epochs * (steps * (speed.learn_batch + speed.step) + val * read)


def _calibrate(project: Project, rows: Rows, speed: Speed) -> float | None:
    return None if speed.read_alone is None else rows.splits["calib"] * speed.read_alone


def _evaluate(project: Project, rows: Rows, speed: Speed) -> float | None:
    """The test rows, once with the graph that is shipped and once with the one of full precision."""
    return None if speed.read_alone is None else 2 * rows.splits["test"] * speed.read_alone


def _sft(project: Project, rows: Rows, speed: Speed) -> float | None:
    from sayso.train.sft import HELD_OUT

    if speed.llm_learn_batch is None or speed.llm_step is None or speed.llm_read_batch is None:
        return None
    settings = project.llm.sft
    train = min(rows.splits["train"], settings.rows or rows.splits["train"])
    held_out = min(HELD_OUT, rows.splits["val"]) / settings.batch_size * speed.llm_read_batch
    judged = _written_at_once(min(settings.judge_rows, rows.splits["val"]), speed) or 0.0
    return settings.epochs * (_learned(train, settings.batch_size, settings.gradient_accumulation, speed) + held_out + judged)


def _prefer(project: Project, rows: Rows, speed: Speed) -> float | None:
    settings = project.llm.dpo
    assert settings is not None
    return _written_at_once(min(rows.splits["train"], settings.requests or rows.splits["train"]) * settings.samples, speed)


def _dpo(project: Project, rows: Rows, speed: Speed) -> float | None:
    """Each pair is two rows to learn from, and two that the model before reads."""
    settings, size = project.llm.dpo, project.llm.sft.batch_size
    assert settings is not None
    if speed.llm_learn_batch is None or speed.llm_step is None or speed.llm_read_batch is None:
        return None
    learned = 2 * settings.pairs / size * (speed.llm_learn_batch + speed.llm_read_batch)
    return settings.epochs * (learned + math.ceil(settings.pairs / settings.batch_size / settings.gradient_accumulation) * speed.llm_step)


def _gguf(project: Project, rows: Rows, speed: Speed) -> float | None:
    from sayso.export.gguf import PARITY_ROWS, QUALITY_ROWS

    measured = len({"f16", *project.llm.rivals, project.llm.quantization})
    return _written(min(QUALITY_ROWS, rows.splits["val"]) * measured + 2 * PARITY_ROWS, speed)


def _calibrate_llm(project: Project, rows: Rows, speed: Speed) -> float | None:
    from sayso.evaluate.llm import CALIBRATED_ON

    return _written(min(CALIBRATED_ON, rows.splits["calib"]), speed)


def _evaluate_llm(project: Project, rows: Rows, speed: Speed) -> float | None:
    from sayso.evaluate.llm import JUDGED_ON, WITHOUT_GRAMMAR_ON

    judged = min(JUDGED_ON, rows.splits["test"])
    return _written(judged + 2 * min(WITHOUT_GRAMMAR_ON, judged), speed)


def _learned(rows: int, batch: int, accumulated: int, speed: Speed) -> float:
    assert speed.llm_learn_batch is not None
    assert speed.llm_step is not None
    batches = math.ceil(rows / batch)
    return batches * speed.llm_learn_batch + math.ceil(batches / accumulated) * speed.llm_step


def _written(answers: int, speed: Speed) -> float | None:
    """Answers one by one, by torch; llama.cpp is faster."""
    return None if speed.tokens_alone is None or speed.answer_tokens is None else answers * speed.answer_tokens / speed.tokens_alone


def _written_at_once(answers: int, speed: Speed) -> float | None:
    if speed.tokens_at_once is None or speed.answer_tokens is None:
        return None
    return math.ceil(answers / AT_ONCE) * AT_ONCE * LONGEST_OF_MANY * speed.answer_tokens / speed.tokens_at_once


RECKONED: dict[str, Callable[[Project, Rows, Speed], float | None]] = {
    "train": _train,
    "calibrate": _calibrate,
    "evaluate": _evaluate,
    "sft": _sft,
    "prefer": _prefer,
    "dpo": _dpo,
    "gguf": _gguf,
    "calibrate-llm": _calibrate_llm,
    "evaluate-llm": _evaluate_llm,
}
AT_MOST = {"calibrate", "evaluate", "prefer", "dpo", "gguf", "calibrate-llm", "evaluate-llm"}
"""What is shipped reads and writes faster than torch does; preferences end with enough pairs, of which there may be fewer than wanted."""
