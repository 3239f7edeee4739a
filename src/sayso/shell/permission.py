"""Permission: whether a proposal may run without a person being asked; and the list of commands that a person has allowed to."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Literal

from sayso.artifacts import read_json, write_json
from sayso.clischema import Schema, risk_of, scope_of
from sayso.errors import CommandError, InputError, UsageError, nearest
from sayso.shell.places import allow_list_file
from sayso.shell.proposal import Proposal

Permit = Literal["yes", "allowed", "confirmed"]
"""What let a command run: `--yes`, the allow-list, or a person who was asked."""


def permit(proposal: Proposal, schema: Schema, *, yes: bool) -> Permit | None:
    """What lets it run without asking; None where a person must be asked. Nothing lets a destructive command."""
    if proposal.risk == "destructive" or proposal.action != "execute":
        return None
    if yes:
        return "yes"
    return "allowed" if " ".join([schema.name, *proposal.command.path]) in allowed() else None


def why_asked(proposal: Proposal) -> str:
    """Why nothing lets it run without asking."""
    if proposal.risk == "destructive":
        return "it is destructive"
    if proposal.action != "execute":
        return f"the model is not sure enough ({proposal.confidence or 0:.2f}, {proposal.action})"
    return "neither --yes nor the allow-list lets it run unasked"


def allowed() -> list[str]:
    """The commands on the list, as they are typed, without arguments."""
    file = allow_list_file()
    if not file.is_file():
        return []
    commands = read_json(file)
    if not isinstance(commands, list) or not all(isinstance(command, str) for command in commands):
        raise InputError('this is no list of commands, such as ["gh pr list"]; correct it, or remove it', file)
    return commands


def allow(schema: Schema, line: str) -> str:
    """Put a command on the list; what it is called there. Raises UsageError for a destructive one."""
    command = _command(schema, _words(line))
    commands = allowed()
    if command not in commands:
        write_json(allow_list_file(), sorted([*commands, command]))
    return command


def disallow(line: str) -> str:
    """Take a command off the list."""
    command, commands = " ".join(_words(line)), allowed()
    if command not in commands:
        raise UsageError(f"`{command}` is not on the list{nearest(command, commands) if commands else ', which is empty'}")
    write_json(allow_list_file(), [one for one in commands if one != command])
    return command


def tool_of(line: str) -> str:
    """The tool that a command is one of."""
    return _words(line)[0]


def _words(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise CommandError(f"the quotes do not match ({error}): {line!r}") from None
    if not words:
        raise UsageError('say which command, as in "gh pr list"')
    return words


def _command(schema: Schema, words: Sequence[str]) -> str:
    """The command's own name, whatever alias was typed."""
    if words[0] != schema.name:
        raise UsageError(f"this model knows the commands of `{schema.name}`, not of `{words[0]}`")
    path: tuple[str, ...] = ()
    for word in words[1:]:
        command = scope_of(schema, path).command
        below = command.subcommand(word)
        if below is None and path and command.runs:
            raise UsageError(f"{word!r} is more than a command; a command is allowed as a whole: `{' '.join([schema.name, *path])}`")
        path = (*path, below.name if below else word)
    found = scope_of(schema, path).command
    name = " ".join([schema.name, *path])
    if not found.runs:
        raise UsageError(f"`{name}` is a group; allow its commands one by one: {', '.join(one.name for one in found.subcommands)}")
    if risk_of(schema, path) == "destructive":
        raise UsageError(f"`{name}` is destructive, and will always be asked about")
    return name
