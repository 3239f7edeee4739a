"""An argv read back into a Command, by the schema alone."""

from __future__ import annotations

import shlex
from collections import deque
from collections.abc import Sequence
from typing import Any

from sayso.clischema.argv import assigned
from sayso.clischema.command import Command, checked
from sayso.clischema.schema import Argument, CommandSchema, Flag, Schema
from sayso.clischema.scope import scope_of
from sayso.clischema.values import read_value
from sayso.errors import CommandError, nearest


def parse(schema: Schema, argv: Sequence[str]) -> Command:
    """The command of an argv whose first word is the tool's name; raises CommandError that says what is wrong with it."""
    if not argv or argv[0] != schema.name:
        raise CommandError(f"this is no command of `{schema.name}`: {shlex.join(argv)!r}")
    reading = _Reading(schema, argv)
    reading.read_words()
    return reading.command()


def parse_line(schema: Schema, line: str) -> Command:
    """The command of a line with a shell's quoting."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise CommandError(f"the quotes do not match ({error}): {line!r}") from None
    return parse(schema, words)


class _Reading:
    """The state of reading one argv from left to right."""

    def __init__(self, schema: Schema, argv: Sequence[str]) -> None:
        self.schema, self.argv, self.words = schema, argv, deque(argv[1:])
        self.chain = [schema.root]
        self.options: list[tuple[Argument, Any]] = []
        self.flags: list[Flag] = []
        self.positionals: list[str] = []
        self.literal = False
        self._learn_spellings()

    def read_words(self) -> None:
        while self.words:
            word = self.words.popleft()
            if not self.literal and word == "--":
                self.literal = True
            elif self.literal or word == "-" or not word.startswith("-"):
                self._read_plain(word)
            elif word.startswith("--") or word.partition("=")[0] in self.known:
                self._read_long(word)
            else:
                self._read_cluster(word)

    def command(self) -> Command:
        path = tuple(command.name for command in self.chain[1:])
        scope = scope_of(self.schema, path)
        args: dict[str, Any] = {}
        counts = assigned(scope.positionals, len(self.positionals))
        if counts is None:
            named = ", ".join(argument.name for argument in scope.positionals) or "none"
            raise self._wrong(f"{len(self.positionals)} positional arguments are given; it takes {named}")
        words = iter(self.positionals)
        for argument, count in zip(scope.positionals, counts, strict=True):
            for _ in range(count):
                self._keep(args, argument, self._typed(argument, next(words)))
        for option, value in self.options:
            self._refuse_shadowed(option, scope.arguments.get(option.name))
            self._keep(args, option, value)
        for flag in self.flags:
            self._refuse_shadowed(flag, scope.flags.get(flag.name))
        return checked(self.schema, Command(path, args, tuple(flag.name for flag in self.flags)))

    def _learn_spellings(self) -> None:
        """What options and flags are called here: those of the command that was reached, and what it inherits."""
        self.known: dict[str, Argument | Flag] = {}
        for level, command in enumerate(self.chain):
            last = level == len(self.chain) - 1
            for one in command.parts:
                if last or one.inherited:
                    self.known |= dict.fromkeys(one.spellings, one)

    def _read_plain(self, word: str) -> None:
        here = self.chain[-1]
        below = None if self.literal or self.positionals else here.subcommand(word)
        if below:
            self.chain.append(below)
            self._learn_spellings()
            return
        if here.subcommands and not here.positionals and not self.positionals:
            raise self._wrong(f"there is no command {word!r}{nearest(word, [command.name for command in here.subcommands])}")
        self.positionals.append(word)
        self.literal = self.literal or here.options_first

    def _read_long(self, word: str) -> None:
        name, equals, value = word.partition("=")
        one = self._known(name)
        if isinstance(one, Flag):
            if equals:
                raise self._wrong(f"{name} takes no value")
            self.flags.append(one)
        elif equals:
            self.options.append((one, self._typed(one, value)))
        else:
            self.options.append((one, self._next_value(one, name)))

    def _read_cluster(self, word: str) -> None:
        """`-abc`: flags, of which the last may be an option whose value follows, in this word or the next."""
        for place, letter in enumerate(word[1:], start=2):
            one = self._known(f"-{letter}")
            if isinstance(one, Flag):
                self.flags.append(one)
                continue
            rest = word[place:]
            value = self._typed(one, rest) if rest else self._next_value(one, f"-{letter}")
            self.options.append((one, value))
            return

    def _next_value(self, argument: Argument, spelling: str) -> Any:
        if argument.value_optional:
            return True
        if not self.words:
            raise self._wrong(f"{spelling} needs a value")
        return self._typed(argument, self.words.popleft())

    def _known(self, spelling: str) -> Argument | Flag:
        if spelling not in self.known:
            raise self._wrong(f"there is no option {spelling}{nearest(spelling, self.known)}")
        return self.known[spelling]

    def _typed(self, argument: Argument, text: str) -> Any:
        try:
            return read_value(argument, text)
        except ValueError as error:
            raise self._wrong(f"{argument.name}: {error}") from None

    def _keep(self, args: dict[str, Any], argument: Argument, value: Any) -> None:
        if argument.repeatable:
            args[argument.name] = (*args.get(argument.name, ()), value)
        elif argument.name in args:
            raise self._wrong(f"{argument.name!r} is given twice")
        else:
            args[argument.name] = value

    def _refuse_shadowed(self, given: Argument | Flag, meant: Argument | Flag | None) -> None:
        """An option of a group, where the command has another of the same name: a Command can hold one of them."""
        if given is not meant:
            raise self._wrong(f"{given.name!r} stands before the subcommand, which has a {given.name!r} of its own")

    def _wrong(self, message: str) -> CommandError:
        words: list[CommandSchema] = self.chain[1:]
        return CommandError(f"`{' '.join([self.schema.name, *(command.name for command in words)])}`: {message}")
