"""What was said of a command, and where it was said -> the command, or what is missing of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sayso.clischema.command import Command
from sayso.clischema.said import meant
from sayso.clischema.schema import Argument, Schema
from sayso.clischema.scope import Scope, scope_of

THIS: Final = object()
"""Stands for a value that was pointed at instead of said."""


@dataclass(frozen=True)
class Resolved:
    """A command as far as it is known; it can be run where nothing is `missing`."""

    command: Command
    missing: tuple[Argument, ...] = ()


def resolve(
    schema: Schema, path: Sequence[str], said: Mapping[str, Any], flags: Iterable[str] = (), context: Mapping[str, Any] | None = None
) -> Resolved:
    """Put together what was said. What was pointed at, and what is meant when nothing is said, comes from the context or is missing."""
    scope = scope_of(schema, path)
    args: dict[str, Any] = {}
    missing: list[Argument] = []
    for argument in scope.arguments.values():
        value = said.get(argument.name)
        pointed = value is THIS or (value is None and argument.context is not None and argument.context.implicit)
        if pointed:
            value = _from_context(scope, argument, context)
        if value is not None:
            args[argument.name] = value
        elif pointed or argument.needed:
            missing.append(argument)
    return Resolved(Command(tuple(path), args, tuple(flags)), tuple(missing))


def _from_context(scope: Scope, argument: Argument, context: Mapping[str, Any] | None) -> Any:
    found = argument.context.resolve(context) if argument.context else _called_alike(scope, argument, context)
    return None if found is None else meant(argument, str(found))


def _called_alike(scope: Scope, argument: Argument, context: Mapping[str, Any] | None) -> Any:
    """What a context has under the argument's own name, or under that of what the command is about; None if there are several or none.

    So a schema without bindings understands contexts whose keys are plain: `current_pr` for the number of `pr view`.
    """
    names = {argument.name}
    if argument is next(iter(scope.positionals), None):
        names |= {word for command in scope.chain[1:-1] for word in (command.name, *command.aliases)}
    wanted = {name.replace("-", "_").casefold() for name in names}
    wanted |= {f"current_{name}" for name in wanted}
    values = {str(value) for key, value in _leaves(context) if key.replace("-", "_").casefold() in wanted and value not in (None, "")}
    return values.pop() if len(values) == 1 else None


def _leaves(context: Any) -> Iterator[tuple[str, Any]]:
    """Every plain value in a context, with its key."""
    for key, value in context.items() if isinstance(context, Mapping) else ():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        elif isinstance(value, str | int | float):
            yield str(key), value
