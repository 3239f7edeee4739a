"""What a user could have had for a tool's commands without a model: a table, the nearest request, and keywords."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sayso.clischema import Argument, CommandSchema, Schema, scope_of
from sayso.clischema.resolve import resolve
from sayso.clischema.said import meant
from sayso.evaluate.commands import figures_of, judged_answer
from sayso.examples import Example, normal_form

UNKNOWN: Mapping[str, Any] = {"type": "clarification", "kind": "unclear", "confidence": 0.0}
FIGURES = ("exact", "command_accuracy", "right", "false_execute")
SHORTEST = 3


def command_baselines(schema: Schema, train: Sequence[Example], rows: Sequence[Example]) -> list[dict[str, Any]]:
    """The figures of each baseline on the rows that tell what is right."""
    known = [row for row in rows if row.output]
    learned = [row for row in train if row.output]
    answers = {
        "lookup table": _lookup(learned, known),
        "nearest request": _nearest(learned, known),
        "keywords": [_by_keywords(schema, row) for row in known],
    }
    found = []
    for name, given in answers.items():
        figures = figures_of([judged_answer(row, answer) for row, answer in zip(known, given, strict=True)])
        found.append({"name": name, **{figure: figures[figure] for figure in FIGURES}, "clarification_f1": figures["clarification"]["f1"]})
    return found


def _lookup(train: Sequence[Example], rows: Sequence[Example]) -> list[Mapping[str, Any]]:
    """The answer to the same text, if there was one."""
    table = {normal_form(row.text): row.output for row in train}
    return [_sure(table.get(normal_form(row.text))) for row in rows]


def _nearest(train: Sequence[Example], rows: Sequence[Example]) -> list[Mapping[str, Any]]:
    """The answer to the most similar text, as words and pieces of words tell."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not train or not rows:
        return [UNKNOWN] * len(rows)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True).fit([row.text for row in train])
    known = pieces.transform([row.text for row in train])
    found: list[Mapping[str, Any]] = []
    for start in range(0, len(rows), 256):
        similar = pieces.transform([row.text for row in rows[start : start + 256]]) @ known.T
        found += [_sure(train[int(place)].output) for place in np.asarray(similar.argmax(axis=1)).ravel()]
    return found


def _by_keywords(schema: Schema, row: Example) -> Mapping[str, Any]:
    """The command most of whose words are in the text; its flags by name, its numbers and quoted texts in the order of its arguments."""
    words = set(re.findall(r"[a-z0-9]+", row.text.casefold()))
    scored = [(_score(schema, path, command, words), path) for path, command in schema.distinct_commands()]
    best, path = max(scored, key=lambda each: each[0])
    if best < 1:
        return UNKNOWN
    scope = scope_of(schema, path)
    said: dict[str, Any] = {}
    values = [next(filter(None, groups)) for groups in re.findall(r"\"([^\"]+)\"|'([^']+)'|#?\b(\d+)\b|(\S+/\S+)", row.text)]
    for argument in scope.arguments.values():
        for value in values if argument.type != "enum" else words:
            if (given := meant(argument, value)) is not None:
                said[argument.name] = given
                values = [one for one in values if one != value]
                break
    flags = [name for name in scope.flags if set(re.findall(r"[a-z0-9]+", name)) <= words]
    resolved = resolve(schema, path, {name: value for name, value in said.items() if _likely(scope.arguments[name])}, flags, row.context)
    if resolved.missing:
        return {"type": "clarification", "kind": "missing_argument", "confidence": 1.0}
    return resolved.command.to_json() | {"confidence": 1.0, "action": "execute"}


def _score(schema: Schema, path: Sequence[str], command: CommandSchema, words: set[str]) -> float:
    """How many names and aliases on the way to a command are in the text, one a level; words of its description break ties."""
    levels = [scope_of(schema, path[:depth]).command for depth in range(1, len(path) + 1)]
    hits = sum(any(set(re.findall(r"[a-z0-9]+", one.casefold())) <= words for one in (level.name, *level.aliases)) for level in levels)
    told = {word for word in re.findall(r"[a-z]+", command.description.casefold()) if len(word) > SHORTEST}
    return hits + 0.1 * len(told & words)


def _likely(argument: Argument) -> bool:
    return argument.positional or argument.type in ("enum", "integer")


def _sure(output: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return UNKNOWN if output is None else {**output, "confidence": 1.0, "action": "execute"}
