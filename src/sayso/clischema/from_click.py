"""A `click` command or group, which a `typer` app is too -> Schema. It is known by its attributes: there is more than one click."""

from __future__ import annotations

import enum
import io
import os
import typing
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sayso.clischema.imported import Imported, apart, spelled_as
from sayso.clischema.schema import Argument, CommandSchema, Flag, Schema, Type
from sayso.clischema.values import wrong_with

TYPES: dict[str, Type] = {
    **dict.fromkeys(("integer", "integer range"), "integer"),
    **dict.fromkeys(("float", "float range"), "number"),
    **dict.fromkeys(("path", "filename", "file", "directory"), "path"),
    "boolean": "boolean",
}


NOT_COMMANDS = ("help", "install_completion", "show_completion")
ANNOTATIONS: dict[type, Type] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    os.PathLike: "path",
    io.IOBase: "path",
    typing.IO: "path",
}


def from_click(command: Any, source: str, name: str | None = None) -> Imported:
    """The schema of a command and its subcommands, hidden ones left out. `name` names the tool, else the command does."""
    notes: list[str] = []
    tool = _command(command, name or command.name or source.partition(":")[0].rpartition(".")[2], None, notes)
    schema = Schema(
        tool.name, tool.description, tool.subcommands, tool.args, tool.flags, runnable=tool.runnable, options_first=tool.options_first
    )
    return Imported(schema, source, tuple(notes))


def _command(command: Any, name: str, parent: Any, notes: list[str]) -> CommandSchema:
    context = command.context_class(command, info_name=name, parent=parent)
    label = context.command_path
    shown = [param for param in command.params if not getattr(param, "hidden", False) and param.name not in NOT_COMMANDS]
    options = [param for param in shown if param.param_type_name == "option"]
    flags = tuple(flag for param in options if _is_switch(param) for flag in _flags(param))
    valued = tuple(_argument(param, label, notes) for param in options if not _is_switch(param))
    positionals = tuple(_argument(param, label, notes) for param in shown if param.param_type_name == "argument")
    is_group = hasattr(command, "list_commands")
    told = (getattr(command, "short_help", None) or command.help or "").split("\n\n")[0]
    return CommandSchema(
        name=name,
        description=" ".join(told.split()),
        runnable=True if is_group and getattr(command, "invoke_without_command", False) else None,
        options_first=not is_group and not command.context_settings.get("allow_interspersed_args", command.allow_interspersed_args),
        args=(*apart(positionals, (*valued, *flags), name), *valued),
        flags=flags,
        subcommands=tuple(_subcommands(command, context, notes)) if is_group else (),
    )


def _subcommands(group: Any, context: Any, notes: list[str]) -> Iterator[CommandSchema]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not getattr(command, "hidden", False):
            yield _command(command, name, context, notes)


def _is_switch(param: Any) -> bool:
    return bool(getattr(param, "is_flag", False) or getattr(param, "count", False))


def _flags(param: Any) -> list[Flag]:
    """One for `--shout`, and one more for the `--no-shout` that may stand beside it."""
    repeatable, told = bool(getattr(param, "count", False)), " ".join((param.help or "").split())
    both = [words for words in (list(param.opts), list(param.secondary_opts)) if words]
    return [Flag(**spelled_as(words), description=told, repeatable=repeatable) for words in both]


def _argument(param: Any, label: str, notes: list[str]) -> Argument:
    positional = param.param_type_name == "argument"
    if param.nargs > 1:
        notes.append(
            f"`{label}`: {param.name} takes {param.nargs} words; the schema {'takes any number' if positional else 'gives it one'}"
        )
    kind, values = _type(param)
    argument = Argument(
        **({"name": param.name} if positional else spelled_as(list(param.opts))),
        type=kind,
        description=" ".join((getattr(param, "help", None) or "").split()),
        positional=positional,
        required=bool(param.required),
        repeatable=param.nargs != 1 if positional else bool(getattr(param, "multiple", False)),
        values=values,
        range=_range(param) if kind in ("integer", "number") else None,
    )
    return _with_default(argument, param.default)


def _with_default(argument: Argument, default: Any) -> Argument:
    """Defaults that are computed, or no value of the type, are not taken over."""
    if default is None or callable(default) or argument.required or argument.repeatable:
        return argument
    default = getattr(default, "value", default) if argument.type == "enum" else default
    default = str(default) if argument.type == "path" and hasattr(default, "__fspath__") else default
    return argument if wrong_with(argument, default) else replace(argument, default=default)


def _type(param: Any) -> tuple[Type, tuple[str, ...]]:
    """By click's type, or by the annotation that newer versions of typer keep instead."""
    if hasattr(param, "type"):
        choices = getattr(param.type, "choices", None)
        values = tuple(dict.fromkeys(str(getattr(choice, "value", choice)) for choice in choices or ()))
        return ("enum", values) if values else (TYPES.get(str(getattr(param.type, "name", "")), "string"), ())
    descriptor = getattr(param, "type_descriptor", None)
    return _type_of_annotation(getattr(descriptor, "annotation", str)) if descriptor is not None else ("string", ())


def _type_of_annotation(annotation: Any) -> tuple[Type, tuple[str, ...]]:
    """Of `list[X]`, `X | None` and the like it is X that counts."""
    inner = [one for one in typing.get_args(annotation) if one is not type(None)]
    if typing.get_origin(annotation) is typing.Literal:
        return "enum", tuple(str(one) for one in inner)
    if inner:
        return _type_of_annotation(inner[0])
    if not isinstance(annotation, type):
        return "string", ()
    if issubclass(annotation, enum.Enum):
        return "enum", tuple(dict.fromkeys(str(one.value) for one in annotation))
    return next((kind for known, kind in ANNOTATIONS.items() if issubclass(annotation, known)), "string"), ()


def _range(param: Any) -> tuple[float | None, float | None] | None:
    kind = getattr(param, "type", param)
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    return None if low is None and high is None else (None if low is None else float(low), None if high is None else float(high))
