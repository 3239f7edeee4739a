"""A schema -> the heads of a model that understands requests to its tool."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sayso.clischema.schema import Schema

COMMAND, KIND, FLAGS, SLOTS = "command", "kind", "flags", "slots"
"""The heads: which command, whether it is one or what has to be asked, which flags, and which pieces of the text are values."""
NO_COMMAND = "none"
IS_COMMAND = "command"
KINDS_BY_MODEL = {
    IS_COMMAND: "a request for one command",
    "ambiguous": "says what it is about, not what to do with it",
    "several": "may mean several commands",
    "typo": "too misspelt to be sure",
    "unclear": "too vague to tell what is wanted",
    "off_topic": "nothing that the tool can do",
}
"""What the model tells apart. That an argument is missing is seen from the schema."""


def heads_of(schema: Schema) -> dict[str, dict[str, Any]]:
    """The heads as sayso.yaml would write them; flags and slots only where there are any."""
    commands = {label_of(schema, path): command.description for path, command in schema.runnable_commands()}
    heads: dict[str, dict[str, Any]] = {
        COMMAND: {"type": "choice", "labels": commands | {NO_COMMAND: "No command of this tool"}, "fallback": NO_COMMAND},
        KIND: {"type": "choice", "labels": dict(KINDS_BY_MODEL)},
    }
    flags = _names(flag.name for _, command in schema.walk() for flag in command.flags)
    arguments = _names(argument.name for _, command in schema.walk() for argument in command.args)
    if flags:
        heads[FLAGS] = {"type": "tags", "labels": flags}
    if arguments:
        heads[SLOTS] = {"type": "spans", "labels": arguments}
    return heads


def label_of(schema: Schema, path: Iterable[str]) -> str:
    """What a command is called among the labels: the words of its path; the tool's name where it has none."""
    return " ".join(path) or schema.name


def path_of(schema: Schema, label: str) -> tuple[str, ...]:
    """The path of the command with this label."""
    paths = {label_of(schema, path): path for path, _ in schema.runnable_commands()}
    return paths[label]


def _names(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
