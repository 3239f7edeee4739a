"""What was said of a command, and where it was said -> the command, or what is missing of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sayso.clischema.command import Command
from sayso.clischema.said import meant
from sayso.clischema.schema import Argument, Schema
from sayso.clischema.scope import scope_of

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
            value = _from_context(argument, context)
        if value is not None:
            args[argument.name] = value
        elif pointed or (argument.required and argument.default is None):
            missing.append(argument)
    return Resolved(Command(tuple(path), args, tuple(flags)), tuple(missing))


def _from_context(argument: Argument, context: Mapping[str, Any] | None) -> Any:
    found = argument.context.resolve(context) if argument.context else None
    return None if found is None else meant(argument, str(found))
