"""A command as the list of words that a program is started with; never a shell's string."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sayso.clischema.command import Command, checked
from sayso.clischema.schema import Argument, Schema
from sayso.clischema.scope import Scope, scope_of
from sayso.clischema.values import text_of
from sayso.errors import CommandError


def to_argv(schema: Schema, command: Command) -> list[str]:
    """The argv of a command: positionals, options, flags, each in the schema's order. Raises CommandError where the schema forbids it.

    Positionals come last where the command wants options first, and behind `--` where one could be taken for something else.
    """
    command = checked(schema, command)
    scope = scope_of(schema, command.path)
    positionals = _positional_words(scope, command.args)
    options = [_said(scope, command, level) for level in range(len(scope.chain))]
    words = [schema.name, *options[0]] if command.path else [schema.name]
    for level, word in enumerate(command.path[:-1], start=1):
        words += [word, *options[level]]
    words += command.path[-1:]
    if _needs_dashes(scope, positionals):
        return [*words, *options[-1], "--", *positionals]
    return [*words, *options[-1], *positionals] if scope.command.options_first else [*words, *positionals, *options[-1]]


def assigned(positionals: Sequence[Argument], count: int) -> list[int] | None:
    """How many of `count` words each positional gets: required ones first, then optional ones from the left; None if that fails."""
    needed = [int(argument.needed) for argument in positionals]
    left = count - sum(needed)
    if left < 0:
        return None
    for place, argument in enumerate(positionals):
        more = left if argument.repeatable else min(left, 1 - needed[place])
        needed[place] += more
        left -= more
    return None if left else needed


def _positional_words(scope: Scope, args: Mapping[str, Any]) -> list[str]:
    given = [_words_of(argument, args.get(argument.name)) for argument in scope.positionals]
    counts = [len(words) for words in given]
    if assigned(scope.positionals, sum(counts)) != counts:
        pairs = list(zip(scope.positionals, counts, strict=True))
        last = max(place for place, count in enumerate(counts) if count)
        skipped = next((argument.name for argument, count in pairs[:last] if not count), scope.positionals[0].name)
        raise CommandError(f"{scope.positionals[last].name!r} can only be given together with {skipped!r}, which comes before it")
    return [word for words in given for word in words]


def _words_of(argument: Argument, value: Any) -> list[str]:
    if value is None:
        return []
    return [text_of(argument, one) for one in (value if argument.repeatable else [value])]


def _said(scope: Scope, command: Command, level: int) -> list[str]:
    """The options and flags that are written after `level` words of the path."""
    words: list[str] = []
    for name, value in command.args.items():
        argument = scope.arguments[name]
        if not argument.positional and scope.levels[name] == level:
            for one in value if argument.repeatable else [value]:
                words += _option_words(argument, one)
    return words + [scope.flags[name].spellings[0] for name in command.flags if scope.levels[name] == level]


def _option_words(argument: Argument, value: Any) -> list[str]:
    """`--name value`, or in one word where the schema wants it or the value would be taken for an option."""
    spelling = argument.spellings[0]
    if value is True and argument.value_optional:
        return [spelling]
    text = text_of(argument, value)
    in_one = argument.joined or argument.value_optional or text.startswith("-")
    if not in_one:
        return [spelling, text]
    if len(spelling) > 2:
        return [f"{spelling}={text}"]
    if not text:
        raise CommandError(f"{spelling} cannot be given an empty value")
    return [spelling + text]


def _needs_dashes(scope: Scope, positionals: list[str]) -> bool:
    if not positionals:
        return False
    if scope.command.subcommand(positionals[0]):
        return True
    return positionals[0].startswith("-") if scope.command.options_first else any(word.startswith("-") for word in positionals)
