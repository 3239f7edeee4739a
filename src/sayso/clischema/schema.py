"""Schema: what a command line tool can be told: its commands, their arguments and flags. Plain data, nothing but the standard library.

How a schema is written in YAML is in docs/cli-schema.md; `read_schema` reads it with line numbers, `from_spec` reads it as trusted data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Type = Literal["string", "integer", "number", "boolean", "enum", "path", "url", "date"]
Risk = Literal["read", "write", "destructive"]
TYPES: tuple[Type, ...] = ("string", "integer", "number", "boolean", "enum", "path", "url", "date")
RISKS: tuple[Risk, ...] = ("read", "write", "destructive")
REFERRING = ("this", "current", "it")


@dataclass(frozen=True)
class Binding:
    """Where in the context an argument's value is when somebody says "this": `git.current_pr`, or `{git.repo_owner}/{git.repo_name}`."""

    source: str
    words: tuple[str, ...] = REFERRING
    implicit: bool = False

    def resolve(self, context: Mapping[str, Any] | None) -> Any:
        """The value in this context; None where the context does not have it."""
        if "{" not in self.source:
            found_there = _looked_up(self.source, context)
            return None if found_there == "" else found_there
        found = {name: _looked_up(name, context) for name in re.findall(r"\{([^{}]*)\}", self.source)}
        if any(value is None or value == "" for value in found.values()):
            return None
        return re.sub(r"\{([^{}]*)\}", lambda place: str(found[place[1]]), self.source)


@dataclass(frozen=True)
class Argument:
    """A value that a command takes, by its place or by an option's name."""

    name: str
    type: Type = "string"
    description: str = ""
    positional: bool = False
    required: bool = False
    repeatable: bool = False
    default: Any = None
    values: tuple[str, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pattern: str | None = None
    range: tuple[float | None, float | None] | None = None
    natural_language: tuple[str, ...] = ()
    context: Binding | None = None
    short: str | None = None
    long: str | None = None
    aliases: tuple[str, ...] = ()
    joined: bool = False
    value_optional: bool = False
    inherited: bool = False

    @property
    def needed(self) -> bool:
        """Whether a command cannot do without a value of it."""
        return self.required and self.default is None

    @property
    def spellings(self) -> tuple[str, ...]:
        """What an option is called in an argv; the one that is written comes first. None for a positional."""
        return () if self.positional else _spellings(self.name, self.long, self.short, self.aliases)


@dataclass(frozen=True)
class Flag:
    """A switch: there or not."""

    name: str
    description: str = ""
    short: str | None = None
    long: str | None = None
    aliases: tuple[str, ...] = ()
    natural_language: tuple[str, ...] = ()
    risk: Risk | None = None
    repeatable: bool = False
    inherited: bool = False

    @property
    def spellings(self) -> tuple[str, ...]:
        """What the flag is called in an argv; the one that is written comes first."""
        return _spellings(self.name, self.long, self.short, self.aliases)


@dataclass(frozen=True)
class Example:
    """A command as it is typed, and how somebody would ask for it."""

    run: str
    say: str = ""


@dataclass(frozen=True)
class CommandSchema:
    """A command, or a group of commands, of any depth."""

    name: str
    description: str = ""
    aliases: tuple[str, ...] = ()
    natural_language: tuple[str, ...] = ()
    risk: Risk | None = None
    runnable: bool | None = None
    options_first: bool = False
    args: tuple[Argument, ...] = ()
    flags: tuple[Flag, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    examples: tuple[Example, ...] = ()
    subcommands: tuple[CommandSchema, ...] = ()

    @property
    def positionals(self) -> tuple[Argument, ...]:
        """The arguments that are told by their place, in their order."""
        return tuple(argument for argument in self.args if argument.positional)

    @property
    def parts(self) -> tuple[Argument | Flag, ...]:
        """Its arguments, then its flags."""
        return (*self.args, *self.flags)

    @property
    def runs(self) -> bool:
        """Whether it does something by itself. A group does when it says so or takes positionals."""
        return self.runnable if self.runnable is not None else not self.subcommands or bool(self.positionals)

    def subcommand(self, word: str) -> CommandSchema | None:
        """The subcommand of this name, or the only one with this alias."""
        return self._by_word.get(word)

    @cached_property
    def _by_word(self) -> dict[str, CommandSchema]:
        called: dict[str, list[CommandSchema]] = {}
        for command in self.subcommands:
            for alias in dict.fromkeys(command.aliases):
                called.setdefault(alias, []).append(command)
        sure = {alias: commands[0] for alias, commands in called.items() if len(commands) == 1 and not alias.startswith("-")}
        return sure | {command.name: command for command in self.subcommands}


@dataclass(frozen=True)
class Schema:
    """A command line tool. Its own arguments and flags are given before the first command, or are all there is."""

    name: str
    description: str = ""
    commands: tuple[CommandSchema, ...] = ()
    args: tuple[Argument, ...] = ()
    flags: tuple[Flag, ...] = ()
    risk: Risk | None = None
    runnable: bool | None = None
    options_first: bool = False
    exclusive: tuple[tuple[str, ...], ...] = ()
    examples: tuple[Example, ...] = ()

    @cached_property
    def root(self) -> CommandSchema:
        """The tool as a command that all others are subcommands of."""
        return CommandSchema(
            name=self.name,
            description=self.description,
            risk=self.risk,
            runnable=self.runnable,
            options_first=self.options_first,
            args=self.args,
            flags=self.flags,
            exclusive=self.exclusive,
            examples=self.examples,
            subcommands=self.commands,
        )

    def walk(self) -> Iterator[tuple[tuple[str, ...], CommandSchema]]:
        """Every command and group with its path, in the schema's order; the tool itself, with an empty path, first."""
        return _walk((), self.root)

    def runnable_commands(self) -> Iterator[tuple[tuple[str, ...], CommandSchema]]:
        """Every command that does something by itself, with its path."""
        return ((path, command) for path, command in self.walk() if command.runs)

    def distinct_commands(self) -> Iterator[tuple[tuple[str, ...], CommandSchema]]:
        """The same, and of commands that are one thing under several names, the one that is meant."""
        return ((path, command) for path, command in self.runnable_commands() if path not in self.twins)

    @cached_property
    def twins(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """Commands that say and take the same as another with a shorter path, or an earlier one: `container ls` and `ps`."""
        alike: dict[Any, tuple[str, ...]] = {}
        found: dict[tuple[str, ...], tuple[str, ...]] = {}
        for path, command in sorted(self.runnable_commands(), key=lambda each: len(each[0])):
            if command.description and path:
                takes = tuple((one.name, one.type, one.positional, one.required, one.repeatable) for one in command.args)
                usual = alike.setdefault((command.description, takes, tuple(flag.name for flag in command.flags)), path)
                found |= {} if usual == path else {path: usual}
        return found


def _walk(path: tuple[str, ...], command: CommandSchema) -> Iterator[tuple[tuple[str, ...], CommandSchema]]:
    yield path, command
    for sub in command.subcommands:
        yield from _walk((*path, sub.name), sub)


def _spellings(name: str, long: str | None, short: str | None, aliases: tuple[str, ...]) -> tuple[str, ...]:
    longs = [name if long is None else long, *aliases]
    spelled = [word if word.startswith("-") else f"--{word}" for word in longs if word and " " not in word]
    return tuple(dict.fromkeys(spelled + ([f"-{short}"] if short else [])))


def _looked_up(dotted: str, context: Any) -> Any:
    for step in dotted.split("."):
        context = context.get(step.strip()) if isinstance(context, Mapping) else None
    return context
