"""A row as a language model wrote it -> the row as it is kept; raises Refused where it breaks a rule of what may be trained on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sayso.clischema import Argument, Command, Schema, checked, parse, path_in_json, scope_of, to_argv
from sayso.clischema.heads import SLOTS, kinds_of
from sayso.clischema.resolve import THIS, resolve
from sayso.clischema.said import meant, refers
from sayso.clischema.scope import Scope
from sayso.errors import CommandError, DataError
from sayso.examples import Example, normal_form
from sayso.examples.example import RowReader, text_in
from sayso.examples.requests import MISSING, answer_in, labels_of
from sayso.generate.commands.fill import Refused, group_of
from sayso.generate.commands.pattern import Pattern
from sayso.generate.commands.people import with_marks
from sayso.generate.llm.asking_labels import heads_with_labels
from sayso.project import Head, Project
from sayso.runtime.spans import Mark

ANSWER = "an answer"
"""Where a row is from, as errors of readers of files name it."""
FREE = ("string", "path")
"""Types that any word may be a value of."""


@dataclass(frozen=True)
class Kept:
    """A row as it is written, and the example that it is."""

    row: dict[str, Any]
    example: Example


@dataclass(frozen=True)
class CommandRows:
    """Requests with answers for a tool."""

    schema: Schema
    heads: Mapping[str, Head]

    def check(self, raw: Mapping[str, Any]) -> Kept:
        """The request, with its answer in the schema's order."""
        text = _text(raw.get("instruction"))
        context = raw.get("context") or None
        if context is not None and not isinstance(context, dict):
            raise Refused(f"form: `context` is an object or null, not {context!r:.60}")
        try:
            answer = answer_in(raw.get("output"), ANSWER, None)
        except DataError as error:
            raise Refused(f"form: {_told(error)}") from None
        except RecursionError:
            raise Refused("form: `output` is nested too deeply") from None
        asked = answer["type"] == "clarification"
        output = self._question_back(answer, text, context) if asked else self._command(answer)
        example = self._example(text, context, output)
        example = replace(example, group=normal_form(text)) if asked else self._in_context(example)
        return Kept({"instruction": text, "context": context, "output": output}, example)

    def _command(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The command as the schema orders it, once its argv has been read back. What is null was not given."""
        document = {name: _without_nulls(value) for name, value in answer.items() if value not in (None, "")}
        try:
            command = replace(Command.from_json(document), confidence=None)
            whole = checked(self.schema, command)
            argv = to_argv(self.schema, whole)
        except CommandError as error:
            raise Refused(f"schema: {error}") from None
        try:
            same = parse(self.schema, argv) == whole
        except CommandError as error:
            raise Refused(f"round trip: {error}") from None
        if not same:
            raise Refused("round trip: its argv is read back as something else")
        return whole.to_json()

    def _question_back(self, answer: Mapping[str, Any], text: str, context: dict[str, Any] | None) -> dict[str, Any]:
        """The question with what counts of it: its kind, and of which command's argument it is."""
        kind = answer.get("kind")
        if kind != MISSING:
            if kind not in kinds_of(self.schema):
                raise Refused(f"form: this tool is not asked questions of the kind {kind!r:.60}")
            return {"type": "clarification", "kind": kind}
        words = [answer.get(name) or "" for name in ("command", "subcommand")]
        path = tuple(" ".join(word for word in words if isinstance(word, str)).split())
        try:
            scope = scope_of(self.schema, path)
        except CommandError as error:
            raise Refused(f"schema: {error}") from None
        name = answer.get("argument")
        argument = scope.arguments.get(name) if isinstance(name, str) else None
        if not scope.command.runs or argument is None:
            raise Refused(f"schema: `{' '.join([self.schema.name, *path])}` has no argument {name!r:.60} to ask for")
        self._is_missing(scope, argument, text, context)
        path = self.schema.twins.get(path, path)
        return {"type": "clarification", "kind": MISSING, "argument": argument.name, **path_in_json(path)}

    def _is_missing(self, scope: Scope, argument: Argument, text: str, context: dict[str, Any] | None) -> None:
        """Refuse a question for what nobody needs, or for what is there."""
        words = text.split()
        if argument.type not in FREE and any(re.search(r"\d", word) and meant(argument, word) is not None for word in words):
            raise Refused(f"context: {argument.name!r} is said, and is asked back for")
        points = any(refers(argument, word) for word in words)
        said = {argument.name: THIS} if points else {}
        if argument not in resolve(self.schema, scope.path, said, (), context).missing:
            there = argument.context is not None and argument.context.resolve(context) is not None
            raise Refused(f"context: {argument.name!r} is {'in the context' if there else 'not needed'}, and is asked back for")

    def _example(self, text: str, context: dict[str, Any] | None, output: dict[str, Any]) -> Example:
        """The example that readers of files make of the row, with its values marked."""
        row = {"text": text, "context": context, "output": output} | labels_of(output, text, self.heads)
        try:
            return with_marks(self.schema, RowReader(dict(self.heads)).example(row, ANSWER, None))
        except DataError as error:
            raise Refused(f"schema: {_told(error)}") from None

    def _in_context(self, example: Example) -> Example:
        """Refuse a command that is not what its text means in its context, as a program would understand it."""
        output = example.output or {}
        command = checked(self.schema, Command.from_json(output))
        arguments = scope_of(self.schema, command.path).arguments
        marks = example.labels.get(SLOTS, () if SLOTS not in self.heads else None)
        if not isinstance(marks, tuple):
            raise Refused(f"not said: one of {', '.join(f'{name!r}, {value!r:.60}' for name, value in command.args.items())}")
        said = _said(example.text, [mark for mark in marks if isinstance(mark, Mark)], arguments)
        resolved = resolve(self.schema, command.path, said, command.flags, example.context)
        for name, value in command.args.items():
            if resolved.command.args.get(name) != value:
                told = "not said" if name not in said else "context"
                raise Refused(f"{told}: {name!r} is {value!r:.60}, and the request means {resolved.command.args.get(name)!r:.60}")
        if resolved.missing or resolved.command.args.keys() != command.args.keys():
            more = [*(argument.name for argument in resolved.missing), *(resolved.command.args.keys() - command.args.keys())]
            raise Refused(f"context: the request means more than its answer says: {more[0]!r}")
        pattern = _without_values(example.text, [mark for mark in marks if isinstance(mark, Mark)])
        return replace(example, group=group_of(Pattern(pattern, command.path)))


@dataclass(frozen=True)
class LabelRows:
    """Texts with a label of one head."""

    project: Project

    def check(self, raw: Mapping[str, Any]) -> Kept:
        """The text with the labels that it has, of heads that have labels."""
        text = _text(raw.get("text"))
        heads = heads_with_labels(self.project)
        row: dict[str, Any] = {"text": text}
        for name, value in raw.items():
            if name in heads and value is not None:
                row[name] = [value] if heads[name].type == "tags" and isinstance(value, str) else value
                row[name] = heads[name].label_named(value) if heads[name].type == "choice" and isinstance(value, str) else row[name]
        try:
            example = RowReader(dict(heads)).example(row, ANSWER, None)
        except DataError as error:
            raise Refused(f"label: {_told(error)}") from None
        return Kept(row, replace(example, group=normal_form(text)))


def _text(value: Any) -> str:
    """A text that can be trained on, on one line."""
    try:
        text = " ".join(text_in({"text": value}, ANSWER, None).split())
        text.encode()
    except DataError as error:
        raise Refused(f"form: {_told(error)}") from None
    except UnicodeEncodeError:
        raise Refused("form: the text holds half of a character") from None
    return text


def _without_nulls(value: Any) -> Any:
    return {name: one for name, one in value.items() if one is not None} if isinstance(value, Mapping) else value


def _told(error: DataError) -> str:
    return str(error).removeprefix(f"{ANSWER}: ")


def _said(text: str, marks: list[Mark], arguments: Mapping[str, Argument]) -> dict[str, Any]:
    """What the marked pieces of the text say, value by value, as a program reads them."""
    said: dict[str, Any] = {}
    for mark in marks:
        argument = arguments[mark.label]
        one, piece = replace(argument, repeatable=False), text[mark.start : mark.end]
        value = meant(one, piece)
        if argument.context and refers(argument, piece):
            value = THIS
        if argument.repeatable and value is not THIS:
            value = (*said.get(mark.label, ()), value)
        said[mark.label] = value
    return said


def _without_values(text: str, marks: list[Mark]) -> str:
    for mark in reversed(marks):
        text = f"{text[: mark.start]}{{{mark.label}}}{text[mark.end :]}"
    return text
