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


RARE, USUAL = 6.0, 30
"""How much more the losses of flags and slots count: most flags are not meant, and most words are no value, in nearly every row.
The loss of flags is their mean: beyond the usual number of them it counts more by so much, or those of a large tool are never learned."""


def heads_of(schema: Schema) -> dict[str, dict[str, Any]]:
    """The heads as sayso.yaml would write them; flags and slots only where there are any."""
    other_names: dict[tuple[str, ...], list[str]] = {}
    for twin, usual in schema.twins.items():
        other_names.setdefault(usual, []).append(label_of(schema, twin))
    commands: dict[str, Any] = {
        label_of(schema, path): {"description": command.description, "aliases": other_names.get(path, [])}
        for path, command in schema.distinct_commands()
    }
    kinds = {IS_COMMAND: KINDS_BY_MODEL[IS_COMMAND]} | {kind: KINDS_BY_MODEL[kind] for kind in kinds_of(schema)}
    heads: dict[str, dict[str, Any]] = {
        COMMAND: {"type": "choice", "labels": commands | {NO_COMMAND: "No command of this tool"}, "fallback": NO_COMMAND},
        KIND: {"type": "choice", "labels": kinds},
    }
    flags: dict[str, str] = {}
    for _, command in schema.walk():
        for flag in command.flags:
            flags[flag.name] = flags.get(flag.name) or flag.description or flag.name
    arguments = _names(argument.name for _, command in schema.walk() for argument in command.args)
    if flags:
        heads[FLAGS] = {"type": "tags", "labels": flags, "loss_weight": RARE * max(1.0, len(flags) / USUAL)}
    if arguments:
        heads[SLOTS] = {"type": "spans", "labels": arguments, "loss_weight": RARE}
    return heads


def kinds_of(schema: Schema) -> tuple[str, ...]:
    """The kinds of questions back that the model tells apart; where there are no groups, nobody names one without saying what to do."""
    there = {"ambiguous": any(path and command.subcommands for path, command in schema.walk()), "several": bool(shared_words(schema))}
    return tuple(kind for kind in KINDS_BY_MODEL if kind != IS_COMMAND and there.get(kind, True))


def shared_words(schema: Schema) -> tuple[str, ...]:
    """Names and aliases of commands that mean something in several groups: who says nothing else may mean any of them."""
    called: dict[str, set[tuple[str, ...]]] = {}
    for path, command in schema.distinct_commands():
        for word in (command.name, *command.aliases):
            called.setdefault(word, set()).add(path[:-1])
    return tuple(word for word, groups in called.items() if len(groups) > 1)


def label_of(schema: Schema, path: Iterable[str]) -> str:
    """What a command is called among the labels: the words of its path; the tool's name where it has none."""
    return " ".join(path) or schema.name


def paths_by_label(schema: Schema) -> dict[str, tuple[str, ...]]:
    """The commands that a model tells apart, by their labels."""
    return {label_of(schema, path): path for path, _ in schema.distinct_commands()}


def _names(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
