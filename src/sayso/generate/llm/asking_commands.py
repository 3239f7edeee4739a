"""A tool's schema -> the question of each batch: a part of the schema, the forms of answers, how many of what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sayso.clischema import Argument, Schema, path_in_json, scope_of
from sayso.clischema.heads import KINDS_BY_MODEL, kinds_of
from sayso.clischema.scope import Scope
from sayso.examples.requests import MISSING
from sayso.generate.commands.contexts import Contexts
from sayso.generate.dice import Dice
from sayso.generate.llm.client import Question
from sayso.generate.llm.turns import turn
from sayso.generate.llm.voices import voice

WITH_CONTEXT, NOT_CLEAR = 0.6, 0.2
"""Shares of a batch: requests with a context, and what is no clear request."""
ROWS_A_COMMAND = 2
MOST_PARTS = 12
"""So many arguments, and so many flags, of one command are shown at once."""
CONTEXT_TRIES = 20

SYSTEM = (
    "You write training data for a program that turns what people type or say into commands of a command line tool. "
    "You answer with JSON alone: one object with a list `examples`, without comments."
)
RULES = """\
Rules:
- `instruction` is what a person says to the program: plain words, not a command line.
- Say every value of `args` in the instruction, literally or as a number word or one of the words listed for it.
- Leave out arguments that are not said, and those whose value is not known.
- Values have the type given: numbers are JSON numbers; repeatable arguments have a list.
- `flags` has the names of exactly those flags that the instruction asks for.
- Invent values (names, titles, numbers) anew for every example. No two instructions alike."""
POINTING = """\
- An argument with `from_context` may also be pointed at, by one of its words ("this", "the current one"): its value is then the one
  at that place of `context`. `when_unsaid: true` means that it is taken from the context whenever the instruction says nothing
  of it: put it in `args` then, too.
- Only a context like the one shown can be given; some of its keys may be missing, and most values should be others."""


@dataclass(frozen=True)
class CommandBatches:
    """The questions of a tool's schema."""

    schema: Schema
    batch: int
    seed: int
    languages: tuple[str, ...] = ("en",)

    key = "instruction"

    def question(self, number: int) -> Question:
        """What batch `number` asks for; the same for the same number and seed."""
        dice = Dice(self.seed, "batch", str(number))
        commands = [path for path, _ in self.schema.distinct_commands()]
        scopes = [scope_of(self.schema, path) for path in turn(commands, self._at_once(), number, self.seed, "commands")]
        context = self._context(dice)
        shown = [_shown(scope, dice) for scope in scopes]
        parts = [
            f"The tool is `{self.schema.name}`" + (f": {self.schema.description}" if self.schema.description else "."),
            "These are the commands to write requests for, each about equally often:\n" + _yaml(shown),
            *([f"All groups of commands that the tool has: {groups}."] if (groups := _groups(self.schema)) else []),
            self._forms(scopes[0]),
            *([f"A context is what the program knows of its surroundings, such as {json.dumps(context)}"] if context else []),
            RULES + ("\n" + POINTING if context else ""),
            self._counts(number, scopes, bool(context)),
            f"{voice(number, self.seed)}{_language(self.languages, number)}",
            f"Answer with {self.batch} examples:\n" + '{"examples": [{"instruction": …, "context": … or null, "output": …}, …]}',
        ]
        return Question(SYSTEM, "\n\n".join(parts), FORM)

    def _at_once(self) -> int:
        return max(1, (self.batch - self._asides()) // ROWS_A_COMMAND)

    def _asides(self) -> int:
        return round(self.batch * NOT_CLEAR)

    def _context(self, dice: Dice) -> dict[str, Any]:
        """A context that the tool can use; empty where it uses none."""
        contexts = Contexts(self.schema, self.seed)
        drawn = (contexts.draw(dice) for _ in range(CONTEXT_TRIES if contexts.sources else 0))
        return max((one for one in drawn if one), key=lambda one: len(str(one)), default={})

    def _forms(self, scope: Scope) -> str:
        command = {"type": "command", **path_in_json(scope.path), "args": {"…": "…"}, "flags": ["…"]}
        return (
            f"`output` of a clear request is its command: {json.dumps(command, ensure_ascii=False)}. "
            "The words of a command below its first go into `subcommand`.\n"
            '`output` of what is no clear request is a question back: {"type": "clarification", "kind": "…"}.'
        )

    def _counts(self, number: int, scopes: Sequence[Scope], has_context: bool) -> str:
        kinds = _kinds(self.schema, scopes)
        asides = [kinds[(number * self._asides() + place) % len(kinds)] for place in range(self._asides())]
        clear = self.batch - len(asides)
        with_context = min(clear, round(self.batch * WITH_CONTEXT)) if has_context else 0
        lines = ["How many of which:"]
        if with_context:
            lines.append(f"- {with_context} clear requests with a `context`; about half of them point at something in it")
        if clear - with_context:
            lines.append(f"- {clear - with_context} clear requests with `context` null, in which everything needed is said")
        for kind in dict.fromkeys(asides):
            lines.append(f"- {asides.count(kind)} of the kind {self._asked(kind)}")
        return "\n".join(lines)

    def _asked(self, kind: str) -> str:
        if kind != MISSING:
            return f'"{kind}" (what is said: {KINDS_BY_MODEL[kind]}), context null'
        answer = {"type": "clarification", "kind": MISSING, "argument": "…", "command": "…", "subcommand": "…"}
        return (
            f'"{kind}": the command is clear, but a required argument is neither said nor in the context; the output is '
            f"{json.dumps(answer, ensure_ascii=False)}"
        )


def _kinds(schema: Schema, scopes: Sequence[Scope]) -> list[str]:
    """What a batch on these commands may be asked back."""
    arguments = [argument for scope in scopes for argument in scope.arguments.values()]
    can_miss = any(argument.context or argument.needed for argument in arguments)
    return [*([MISSING] if can_miss else []), *kinds_of(schema)]


def _shown(scope: Scope, dice: Dice) -> dict[str, Any]:
    """A command as the model sees it: what it is for, what it takes, what people call all that."""
    required = [argument for argument in scope.arguments.values() if argument.required]
    others = [argument for argument in scope.arguments.values() if not argument.required]
    arguments = [*required, *_some(others, MOST_PARTS - len(required), dice)]
    flags = _some(list(scope.flags.values()), MOST_PARTS, dice)
    facts = {
        "about": scope.command.description,
        "also_called": list(scope.command.aliases),
        "people_say": list(scope.command.natural_language),
        "args": {argument.name: _argument(argument) for argument in arguments},
        "flags": {flag.name: "; ".join(filter(None, [flag.description, *flag.natural_language])) for flag in flags},
        "exclude_each_other": [list(names) for names in scope.command.exclusive],
    }
    return {**path_in_json(scope.path), **{name: value for name, value in facts.items() if value}}


def _argument(argument: Argument) -> dict[str, Any]:
    values = {value: list(argument.synonyms.get(value, ())) for value in argument.values}
    low, high = (int(end) if end is not None and end == int(end) else end for end in argument.range or (None, None))
    facts = {
        "type": argument.type,
        "about": argument.description,
        "required": argument.needed,
        "repeatable": argument.repeatable,
        "values": values if any(values.values()) else list(values),
        "least": low,
        "most": high,
        "pattern": argument.pattern,
        "people_say": list(argument.natural_language),
    }
    shown = {name: value for name, value in facts.items() if value or (value == 0 and value is not False)}
    if argument.context:
        shown |= {"from_context": argument.context.source, "words": list(argument.context.words)}
        shown |= {"when_unsaid": True} if argument.context.implicit else {}
    return shown


def _some(things: list[Any], most: int, dice: Dice) -> list[Any]:
    """As many as can be shown, others each time, in their own order."""
    drawn = dice.order(range(len(things)))[: max(0, most)]
    return [things[place] for place in sorted(drawn)]


def _groups(schema: Schema) -> str:
    return ", ".join(" ".join(path) for path, command in schema.walk() if path and command.subcommands)


def _language(languages: Sequence[str], number: int) -> str:
    language = languages[number % len(languages)]
    return "" if language == "en" else f" The texts are in the language `{language}`; values stay as they are."


def _yaml(document: Any) -> str:
    import yaml

    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=140))


FORM = {
    "type": "object",
    "properties": {
        "examples": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "instruction": {"type": "string"},
                    "context": {"type": ["object", "null"]},
                    "output": {
                        "type": "object",
                        "properties": {
                            "type": {"type": "string", "enum": ["command", "clarification"]},
                            "kind": {"type": "string"},
                            "argument": {"type": "string"},
                            "command": {"type": ["string", "null"]},
                            "subcommand": {"type": ["string", "null"]},
                            "args": {"type": "object"},
                            "flags": {"type": "array", "items": {"type": "string"}},
                        },
                        "required": ["type"],
                    },
                },
                "required": ["instruction", "context", "output"],
            },
        }
    },
    "required": ["examples"],
}
