"""Examples -> what a language model learns: a request, and its answer in notation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sayso.clischema import Argument, Schema, scope_of
from sayso.clischema.heads import COMMAND, FLAGS, IS_COMMAND, KIND, SLOTS, paths_by_label
from sayso.clischema.notation import POINTED, write_command, write_question
from sayso.clischema.said import meant, refers
from sayso.examples import Example


@dataclass(frozen=True)
class Answered:
    """A request with the answer that a model should write; `path` is the command that it names, if any."""

    request: str
    answer: str
    path: tuple[str, ...] | None
    example: Example


def answered(schema: Schema, examples: Iterable[Example]) -> Iterator[Answered]:
    """Those examples that tell the whole answer: what is asked, or the command with every value that is said."""
    paths = paths_by_label(schema)
    for example in examples:
        labels: Mapping[str, Any] = example.labels
        if KIND not in labels:
            continue
        if labels[KIND] != IS_COMMAND:
            yield Answered(example.text, write_question(str(labels[KIND])), None, example)
        elif SLOTS in labels and COMMAND in labels:
            path = paths[str(labels[COMMAND])]
            said = _said(scope_of(schema, path).arguments, example)
            if said is not None:
                yield Answered(example.text, write_command(schema, path, said, labels.get(FLAGS, ())), path, example)


def _said(arguments: dict[str, Argument], example: Example) -> dict[str, str] | None:
    """What is said for each argument, as notation has it; None where a piece of the text is no value."""
    found: dict[str, str] = {}
    marks: Any = example.labels[SLOTS]
    for mark in marks:
        argument = arguments.get(mark.label)
        text = example.text[mark.start : mark.end]
        value = None if argument is None else POINTED if refers(argument, text) else meant(argument, text)
        if value is None:
            return None
        if isinstance(value, tuple):
            found[mark.label] = f"{found[mark.label]}, {text}" if mark.label in found else text
        else:
            found.setdefault(mark.label, _written(value))
    return found


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def every_nth(rows: Sequence[Any], wanted: int | None) -> list[Any]:
    """So many rows, evenly from all of them; all where nothing is wanted of less."""
    if wanted is None or len(rows) <= wanted:
        return list(rows)
    return [rows[index * len(rows) // wanted] for index in range(wanted)]
