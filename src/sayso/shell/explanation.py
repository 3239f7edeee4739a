"""A command, word by word, with what its schema says of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sayso.clischema import Argument, Command, Flag, Schema, command_risk, flag_risk, missing, scope_of
from sayso.clischema.values import text_of
from sayso.shell.proposal import Proposal, quoted


def explanation(schema: Schema, proposal: Proposal) -> list[tuple[str, str]]:
    """Pairs of what is written and what it means: commands, arguments, flags."""
    command = proposal.command
    scope = scope_of(schema, command.path)
    told = [(one.name, one.description) for one in scope.chain]
    name, description = told[-1]
    told[-1] = (name, _with_risk(description, command_risk(scope.command)))
    told += [pair for name, value in command.args.items() for pair in _argument(scope.arguments[name], value, proposal)]
    flags = (scope.flags[name] for name in dict.fromkeys(command.flags))
    return [*told, *((flag.spellings[0], _with_risk(_meaning(flag), flag_risk(flag))) for flag in flags)]


def _argument(argument: Argument, value: Any, proposal: Proposal) -> Iterator[tuple[str, str]]:
    meaning = _meaning(argument)
    if argument.positional and meaning != argument.name:
        meaning = f"{argument.name}: {meaning}"
    for one in value if argument.repeatable else [value]:
        yield _written(argument, text_of(argument, one), proposal.argv), meaning


def _written(argument: Argument, text: str, argv: tuple[str, ...]) -> str:
    """As the argv has it: in one word or in two."""
    if argument.positional:
        return quoted([text])
    spelling = argument.spellings[0]
    in_one = [form for form in (f"{spelling}={text}", spelling + text, *([spelling] if text == "true" else [])) if form in argv]
    return quoted(in_one[:1] or [spelling, text])


def _meaning(part: Argument | Flag) -> str:
    """Its description; where there is none, what people say for it."""
    said = part.description or ", ".join(part.natural_language)
    return said or part.name.replace("-", " ").replace("_", " ")


def _with_risk(description: str, risk: str | None) -> str:
    return f"{description} [{risk}]".strip() if risk else description


def incomplete(schema: Schema, command: Command) -> str:
    """A command that lacks arguments, as one would type it, with `<name>` where one is missing."""
    scope = scope_of(schema, command.path)
    words = [schema.name, *command.path]
    for name, value in command.args.items():
        argument = scope.arguments[name]
        for one in value if argument.repeatable else [value]:
            words.append(_written(argument, text_of(argument, one), ()))
    words += [f"<{argument.name}>" for argument in missing(scope, command)]
    return " ".join([*words, *(scope.flags[name].spellings[0] for name in command.flags)])
