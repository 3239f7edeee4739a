"""Scope: all that may be said with one command, and where in an argv it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sayso.clischema.schema import Argument, CommandSchema, Flag, Schema
from sayso.errors import CommandError, nearest


@dataclass(frozen=True)
class Scope:
    """A command with its arguments and flags: its own, then those of the groups around it, inherited or written before the subcommand.

    `levels` tells after how many words of the path each option or flag is written. Of two with one name, the inner one counts.
    """

    path: tuple[str, ...]
    chain: tuple[CommandSchema, ...]
    arguments: dict[str, Argument]
    flags: dict[str, Flag]
    levels: dict[str, int]

    @property
    def command(self) -> CommandSchema:
        """The command itself."""
        return self.chain[-1]

    @property
    def positionals(self) -> tuple[Argument, ...]:
        """What is told by its place."""
        return self.command.positionals


def scope_of(schema: Schema, path: Sequence[str]) -> Scope:
    """The scope of the command at `path`; raises CommandError with the nearest name where there is none."""
    chain = [schema.root]
    for depth, word in enumerate(path):
        below = next((command for command in chain[-1].subcommands if command.name == word), None)
        if below is None:
            raise CommandError(_no_such_command(schema, chain[-1], path[:depth], word))
        chain.append(below)
    arguments: dict[str, Argument] = {}
    flags: dict[str, Flag] = {}
    levels: dict[str, int] = {}
    for level in reversed(range(len(chain))):
        own = level == len(chain) - 1
        for argument in sorted(chain[level].args, key=lambda argument: not argument.positional):
            if (own or not argument.positional) and argument.name not in levels:
                arguments[argument.name] = argument
                levels[argument.name] = len(chain) - 1 if argument.inherited else level
        for flag in chain[level].flags:
            if flag.name not in levels:
                flags[flag.name] = flag
                levels[flag.name] = len(chain) - 1 if flag.inherited else level
    return Scope(tuple(path), tuple(chain), arguments, flags, levels)


def _no_such_command(schema: Schema, group: CommandSchema, path: Sequence[str], word: str) -> str:
    name = " ".join([schema.name, *path])
    if not group.subcommands:
        return f"`{name}` has no subcommands; {word!r} is none"
    return f"`{name}` has no command {word!r}{nearest(word, [command.name for command in group.subcommands])}"
