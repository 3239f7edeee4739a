"""What a model of commands is worth: its answers to requests beside what is right, as figures with intervals."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from sayso.clischema import Schema, path_in_json
from sayso.clischema.same import args_of, path_of, same_command
from sayso.evaluate.metrics import calibration_errors, interval
from sayso.examples import Example
from sayso.runtime.interpretation import Interpretation

Answer = Mapping[str, Any]
WORST = 25


class Interprets(Protocol):
    """Any model that understands commands."""

    @property
    def schema(self) -> Schema | None:
        """What the tool can be told."""

    def interpret(self, text: str, context: Mapping[str, Any] | None = None) -> Interpretation:
        """What a request asks of the tool."""


@dataclass(frozen=True)
class Judged:
    """One request, what is right, and what was answered; both as JSON objects."""

    text: str
    context: Mapping[str, Any] | None
    truth: Answer
    answer: Answer

    @property
    def wants_command(self) -> bool:
        """Whether a command is right."""
        return bool(self.truth["type"] == "command")

    @property
    def gives_command(self) -> bool:
        """Whether a command was answered."""
        return bool(self.answer["type"] == "command")

    @property
    def right_command(self) -> bool:
        """Whether it is the right command, whatever its arguments; a question never is one."""
        return self.wants_command and self.gives_command and path_of(self.truth) == path_of(self.answer)

    @property
    def exact(self) -> bool:
        """Whether the command, every argument and every flag are right."""
        return same_command(self.truth, self.answer)

    @property
    def right(self) -> bool:
        """Whether the answer is as it should be: the whole command, or a question where one is due."""
        return self.exact if self.wants_command else not self.gives_command

    @property
    def executed(self) -> bool:
        """Whether the answer would be executed without asking."""
        return self.gives_command and self.answer.get("action") == "execute"


def command_figures(model: Interprets, examples: Sequence[Example]) -> tuple[dict[str, Any], list[Judged]]:
    """The figures of a model on the rows that tell what is right, and every single answer; how long one takes is measured on one thread."""
    judged: list[Judged] = []
    times: list[float] = []
    for row in examples:
        if row.output:
            started = time.perf_counter()
            answer = model.interpret(row.text, row.context)
            times.append(1000 * (time.perf_counter() - started))
            judged.append(judged_answer(row if model.schema is None else in_usual_names(model.schema, row), answer))
    p50, p95 = (round(float(value), 3) for value in np.quantile(times, [0.5, 0.95])) if times else (0.0, 0.0)
    return {**figures_of(judged), "latency_ms": {"p50": p50, "p95": p95}}, judged


def in_usual_names(schema: Schema, row: Example) -> Example:
    """The row, its command named as the model names it, where the tool has several names for one thing."""
    output = row.output or {}
    usual = schema.twins.get(tuple(path_of(output).split()))
    if usual is None:
        return row
    return replace(row, output={**output, **path_in_json(usual)})


def judged_answer(row: Example, answer: Interpretation | Answer) -> Judged:
    """A row beside an answer to it."""
    return Judged(row.text, row.context, row.output or {}, answer if isinstance(answer, Mapping) else answer.to_dict())


def figures_of(judged: Sequence[Judged]) -> dict[str, Any]:
    """Everything that is said of answers."""
    commands = [one for one in judged if one.wants_command]
    given = [one for one in judged if one.gives_command]
    executed = [one for one in judged if one.executed]
    confidences = np.array([float(one.answer.get("confidence", 0.0)) for one in given])
    exact = np.array([one.exact for one in given], dtype=bool)
    return {
        "rows": len(judged),
        "command_rows": len(commands),
        **_share("exact", [one.exact for one in commands]),
        **_share("command_accuracy", [one.right_command for one in commands]),
        **_share("right", [one.right for one in judged]),
        **_share("false_execute", [one.executed and not one.exact for one in judged]),
        "executed": len(executed) / max(1, len(judged)),
        "precision_of_executed": sum(one.exact for one in executed) / len(executed) if executed else 1.0,
        **_share("hallucinated", [bool(_invented(one)) for one in given]),
        "clarification": _clarification(judged),
        "slots": _slots([one for one in commands if one.gives_command]),
        "bands": {f"{edge:g}": _at(judged, edge) for edge in (0.9, 0.7, 0.5)},
        "ece": calibration_errors(confidences, exact)[0] if given else 0.0,
    }


def worst_of(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """The wrong answers that the model was surest of."""
    wrong = sorted((one for one in judged if not one.right), key=lambda one: -float(one.answer.get("confidence", 0.0)))
    return [{"text": one.text, "truth": dict(one.truth), "answer": dict(one.answer)} for one in wrong[:WORST]]


def _share(name: str, held: Sequence[bool]) -> dict[str, float]:
    low, high = interval(np.array(held, dtype=float))
    return {name: float(np.mean(held)) if held else 0.0, f"{name}_low": low, f"{name}_high": high}


def _clarification(judged: Sequence[Judged]) -> dict[str, Any]:
    """How well it asks back: whether it does when it should, and about what."""
    due = [not one.wants_command for one in judged]
    asked = [not one.gives_command for one in judged]
    by_kind: dict[str, dict[str, float]] = {}
    for kind in sorted({_kind(one.truth) for one in judged if not one.wants_command}):
        own = [not one.wants_command and _kind(one.truth) == kind for one in judged]
        said = [not one.gives_command and _kind(one.answer) == kind for one in judged]
        by_kind[kind] = _precision_recall(own, said) | {"asked": _precision_recall(own, asked)["recall"], "rows": sum(own)}
    return _precision_recall(due, asked) | {"kinds": by_kind}


def _slots(judged: Sequence[Judged]) -> dict[str, Any]:
    """How well each argument is filled, on rows where a command was due and given."""
    told, there, right = Counter[str](), Counter[str](), Counter[str]()
    for one in judged:
        wanted, given = args_of(one.truth), args_of(one.answer)
        there.update(wanted.keys())
        told.update(given.keys())
        right.update(name for name in wanted if one.right_command and given.get(name) == wanted[name])
    each = {name: _scores(right[name], told[name], there[name]) for name in sorted(there | told)}
    return {"all": _scores(right.total(), told.total(), there.total()), **each}


def _at(judged: Sequence[Judged], edge: float) -> dict[str, float]:
    """Answering only commands of at least this confidence: for how many requests, and how many of these are right."""
    sure = [one for one in judged if one.gives_command and float(one.answer.get("confidence", 0.0)) >= edge]
    return {"coverage": len(sure) / max(1, len(judged)), "precision": sum(one.exact for one in sure) / len(sure) if sure else 1.0}


def _invented(one: Judged) -> list[str]:
    """Arguments whose value is neither right nor said nor in the context."""
    said = f"{one.text} {_leaves(one.context)}".casefold()
    wanted = args_of(one.truth)
    given = args_of(one.answer)
    return [name for name, value in given.items() if wanted.get(name) != value and not all(part.casefold() in said for part in value)]


def _leaves(context: Any) -> str:
    return " ".join(map(_leaves, context.values())) if isinstance(context, Mapping) else str(context)


def _kind(answer: Answer) -> str:
    return str(answer.get("kind", "unclear"))


def _precision_recall(due: Iterable[bool], said: Iterable[bool]) -> dict[str, float]:
    pairs = list(zip(due, said, strict=True))
    return _scores(sum(a and b for a, b in pairs), sum(b for _, b in pairs), sum(a for a, _ in pairs))


def _scores(right: int, told: int, there: int) -> dict[str, float]:
    return {
        "precision": right / told if told else 1.0,
        "recall": right / there if there else 1.0,
        "f1": 2 * right / (told + there) if told + there else 1.0,
    }
