"""Command: one command of a tool with its arguments and flags, and the JSON form that models are trained on and answer in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from sayso.clischema.schema import Argument, Schema
from sayso.clischema.scope import Scope, scope_of
from sayso.clischema.values import wrong_with
from sayso.errors import CommandError, nearest


class PathInJson(TypedDict):
    """The words of a command's path as its JSON form has them."""

    command: str | None
    subcommand: str | None


def path_in_json(path: Sequence[str]) -> PathInJson:
    """The first word is the command, the others the subcommand; None for what there is not."""
    return {"command": path[0] if path else None, "subcommand": " ".join(path[1:]) or None}


@dataclass(frozen=True)
class Command:
    """A command: the words of its path, values by argument, names of flags; and how sure somebody is of it, if anybody said."""

    path: tuple[str, ...]
    args: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    confidence: float | None = None

    def to_json(self) -> dict[str, Any]:
        """`{"type": "command", "command", "subcommand", "args", "flags"[, "confidence"]}`; deeper paths are words in `subcommand`."""
        document: dict[str, Any] = {
            "type": "command",
            **path_in_json(self.path),
            "args": {name: list(value) if isinstance(value, tuple) else value for name, value in self.args.items()},
            "flags": list(self.flags),
        }
        return document if self.confidence is None else document | {"confidence": self.confidence}

    @classmethod
    def from_json(cls, document: Any) -> Command:
        """The command of a JSON document; raises CommandError where it has not the form. Whether the schema allows it, `checked` says."""
        if not isinstance(document, Mapping) or document.get("type", "command") != "command":
            raise CommandError(f'this is no command: {document!r}; a command is {{"type": "command", "command": …, "args": …, "flags": …}}')
        unknown = [key for key in document if key not in ("type", "command", "subcommand", "args", "flags", "confidence")]
        if unknown:
            raise CommandError(f"a command has no {unknown[0]!r}{nearest(str(unknown[0]), ('command', 'subcommand', 'args', 'flags'))}")
        words = [document.get(key) or "" for key in ("command", "subcommand")]
        args, flags = document.get("args") or {}, document.get("flags") or []
        confidence = document.get("confidence")
        if not all(isinstance(word, str) for word in words):
            raise CommandError(f"`command` and `subcommand` are text or null, not {words!r}")
        if not isinstance(args, Mapping) or not all(isinstance(name, str) for name in args):
            raise CommandError(f"`args` maps names to values; {args!r} does not")
        if not isinstance(flags, list | tuple) or not all(isinstance(name, str) for name in flags):
            raise CommandError(f"`flags` is a list of names, not {flags!r}")
        if confidence is not None and (isinstance(confidence, bool) or not isinstance(confidence, int | float)):
            raise CommandError(f"`confidence` is a number, not {confidence!r}")
        if not words[0] and words[1]:
            raise CommandError(f"there is a subcommand, {words[1]!r}, without a command")
        return cls(tuple(" ".join(words).split()), dict(args), tuple(flags), confidence)


def checked(schema: Schema, command: Command) -> Command:
    """The command with arguments and flags in the schema's order, under its usual name; raises CommandError with all that is wrong."""
    scope = scope_of(schema, command.path)
    wrong = wrong_with_command(scope, command)
    if wrong:
        raise CommandError(f"`{' '.join([schema.name, *command.path])}`: {'; '.join(wrong)}")
    args = {name: command.args[name] for name in scope.arguments if name in command.args}
    args = {name: tuple(value) if scope.arguments[name].repeatable else value for name, value in args.items()}
    order = list(scope.flags)
    path = schema.twins.get(command.path, command.path)
    return replace(command, path=path, args=args, flags=tuple(sorted(command.flags, key=order.index)))


def wrong_with_command(scope: Scope, command: Command) -> list[str]:
    """Everything that is wrong with a command, what is missing included."""
    wrong = []
    if not scope.command.runs:
        wrong.append("it needs a subcommand: " + ", ".join(sub.name for sub in scope.command.subcommands))
    for name, value in command.args.items():
        if name not in scope.arguments:
            wrong.append(f"there is no argument {name!r}{nearest(name, scope.arguments)}")
            continue
        problem = wrong_with(scope.arguments[name], value)
        if problem:
            wrong.append(f"{name}: {problem}")
    for name in dict.fromkeys(command.flags):
        if name not in scope.flags:
            wrong.append(f"there is no flag {name!r}{nearest(name, scope.flags)}")
        elif command.flags.count(name) > 1 and not scope.flags[name].repeatable:
            wrong.append(f"the flag {name!r} is there twice")
    wrong += [f"the argument {argument.name!r} is missing" for argument in missing(scope, command)]
    said = {*command.args, *command.flags}
    for names in scope.command.exclusive:
        together = [name for name in names if name in said]
        if len(together) > 1:
            wrong.append(f"{' and '.join(together)} exclude each other")
    return wrong


def missing(scope: Scope, command: Command) -> list[Argument]:
    """The required arguments that are not given and have no default."""
    required = (argument for argument in scope.arguments.values() if argument.needed)
    return [argument for argument in required if argument.name not in command.args]
