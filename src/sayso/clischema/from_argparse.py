"""An `argparse` parser -> Schema."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sayso.clischema.imported import Imported, apart, spelled_as
from sayso.clischema.schema import Argument, CommandSchema, Flag, Schema, Type
from sayso.clischema.values import wrong_with

SWITCHES = (argparse._StoreConstAction, argparse._CountAction, argparse._AppendConstAction, argparse.BooleanOptionalAction)
NO_OPTIONS = (argparse._HelpAction, argparse._VersionAction, argparse._SubParsersAction)


def from_argparse(parser: argparse.ArgumentParser, source: str, name: str | None = None) -> Imported:
    """The schema of a parser and its subparsers. `prog` names the tool unless `name` does."""
    notes: list[str] = []
    tool = _command(parser, name or Path(parser.prog.split()[0]).name, "", notes)
    schema = Schema(
        tool.name,
        tool.description,
        tool.subcommands,
        tool.args,
        tool.flags,
        runnable=tool.runnable,
        options_first=tool.options_first,
        exclusive=tool.exclusive,
    )
    return Imported(schema, source, tuple(notes))


def _command(parser: argparse.ArgumentParser, name: str, told: str, notes: list[str]) -> CommandSchema:
    actions = [action for action in parser._actions if not isinstance(action, NO_OPTIONS)]
    visible = [action for action in actions if action.help != argparse.SUPPRESS]
    flags = tuple(flag for action in visible if isinstance(action, SWITCHES) for flag in _flags(action))
    valued = [action for action in visible if not isinstance(action, SWITCHES)]
    options = tuple(_argument(action, parser.prog, notes) for action in valued if action.option_strings)
    positionals = tuple(_argument(action, parser.prog, notes) for action in valued if not action.option_strings)
    subparsers = next((action for action in parser._actions if isinstance(action, argparse._SubParsersAction)), None)
    return CommandSchema(
        name=name,
        description=_line(told or parser.description),
        runnable=True if subparsers is not None and not subparsers.required and not positionals else None,
        options_first=any(action.nargs == argparse.REMAINDER for action in valued),
        args=(*apart(positionals, (*options, *flags), name), *options),
        flags=flags,
        exclusive=tuple(_exclusive(parser, visible)),
        subcommands=tuple(_subcommands(subparsers, notes)) if subparsers is not None else (),
    )


def _subcommands(action: Any, notes: list[str]) -> Iterator[CommandSchema]:
    """One for each parser; further names of the same parser are its aliases."""
    helps = {choice.dest.split()[0]: choice.help or "" for choice in action._choices_actions}
    names: dict[int, list[str]] = {}
    for name, parser in action.choices.items():
        names.setdefault(id(parser), []).append(name)
    for name, *aliases in names.values():
        if helps.get(name) == argparse.SUPPRESS:
            continue
        command = _command(action.choices[name], name, helps.get(name, ""), notes)
        yield CommandSchema(**{**vars(command), "aliases": tuple(aliases)})


def _flags(action: argparse.Action) -> list[Flag]:
    if isinstance(action, argparse.BooleanOptionalAction):
        positive = [word for word in action.option_strings if not word.startswith("--no-")]
        negative = [word for word in action.option_strings if word.startswith("--no-")]
        return [Flag(**spelled_as(words), description=_help(action)) for words in (positive, negative) if words]
    repeatable = isinstance(action, argparse._CountAction | argparse._AppendConstAction)
    return [Flag(**_spelled(action), description=_help(action), repeatable=repeatable)]


def _argument(action: argparse.Action, prog: str, notes: list[str]) -> Argument:
    positional = not action.option_strings
    several = action.nargs in ("*", "+", argparse.REMAINDER)
    if isinstance(action.nargs, int) and action.nargs > 1:
        given = "takes any number" if positional else "gives it one"
        notes.append(f"`{prog}`: {action.dest} takes {action.nargs} words; the schema {given}")
    elif several and not positional:
        notes.append(f"`{prog}`: {action.option_strings[0]} takes several words at once; the schema gives it one")
    kind, values, limits = _type(action)
    argument = Argument(
        **({"name": action.dest} if positional else _spelled(action)),
        type=kind,
        description=_help(action),
        positional=positional,
        required=action.nargs not in ("?", "*", argparse.REMAINDER) if positional else action.required,
        repeatable=(positional and (several or _more_than_one(action.nargs))) or isinstance(action, argparse._AppendAction),
        values=values,
        range=limits,
        value_optional=not positional and action.nargs == "?",
    )
    default = action.default
    if default in (None, argparse.SUPPRESS) or argument.required or argument.repeatable:
        return argument
    default = str(default) if isinstance(default, Path) or kind == "enum" else default
    return argument if wrong_with(argument, default) else Argument(**{**vars(argument), "default": default})


def _more_than_one(nargs: Any) -> bool:
    return isinstance(nargs, int) and nargs > 1


def _type(action: argparse.Action) -> tuple[Type, tuple[str, ...], tuple[float | None, float | None] | None]:
    choices = action.choices
    if isinstance(choices, range) and len(choices) and choices.step == 1:
        return "integer", (), (float(choices[0]), float(choices[-1]))
    if choices is not None:
        values = tuple(dict.fromkeys(str(getattr(choice, "value", choice)) for choice in choices))
        return "enum", values, None
    if action.type is int:
        return "integer", (), None
    if action.type is float:
        return "number", (), None
    is_path = isinstance(action.type, argparse.FileType) or (isinstance(action.type, type) and issubclass(action.type, Path))
    return "path" if is_path else "string", (), None


def _exclusive(parser: argparse.ArgumentParser, visible: list[argparse.Action]) -> Iterator[tuple[str, ...]]:
    for group in parser._mutually_exclusive_groups:
        names = tuple(_spelled(action)["name"] for action in group._group_actions if action in visible and action.option_strings)
        if len(names) > 1:
            yield names


def _spelled(action: argparse.Action) -> dict[str, Any]:
    return spelled_as(list(action.option_strings))


def _help(action: argparse.Action) -> str:
    return _line(action.help)


def _line(text: str | None) -> str:
    return " ".join((text or "").replace("%%", "%").split())
