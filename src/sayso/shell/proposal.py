"""Proposal: a command that may be run, how much harm it can do, and who thought of it: a model, or a person."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sayso.clischema import Command, Risk, Schema, parse, parse_line, risk_of, to_argv
from sayso.clischema.schema import RISKS

if TYPE_CHECKING:
    from sayso.runtime.decide import Action
    from sayso.runtime.interpretation import Command as Interpreted

Origin = Literal["model", "changed", "picked", "answered"]
JOINERS = "\u200c\u200d"
"""Persian words and families of emoji have them; they are harmless, as other invisible characters are not."""


@dataclass(frozen=True)
class Proposal:
    """What would be run. `action` and `confidence` are the model's; what a person has made has none.

    `answers` are the values that a person gave when the model asked for them.
    """

    command: Command
    argv: tuple[str, ...]
    risk: Risk
    origin: Origin
    action: Action | None = None
    confidence: float | None = None
    answers: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """As one would type it."""
        return quoted(self.argv)


def proposed(schema: Schema, interpreted: Interpreted) -> Proposal:
    """What a model says. Its risk is judged by the words that would run, and is never less than the model says."""
    command = parse(schema, interpreted.argv)
    risk = max(interpreted.risk, risk_of(schema, command.path, command.flags), key=RISKS.index)
    return Proposal(command, tuple(interpreted.argv), risk, "model", interpreted.action, interpreted.confidence)


def made(schema: Schema, command: Command, origin: Origin, answers: tuple[str, ...] = ()) -> Proposal:
    """What a person has put together; raises CommandError where the schema forbids it."""
    argv = tuple(to_argv(schema, command))
    return Proposal(command, argv, risk_of(schema, command.path, command.flags), origin, answers=answers)


def typed(schema: Schema, line: str, answers: tuple[str, ...] = ()) -> Proposal:
    """What a person has typed; raises CommandError where the schema forbids it."""
    return made(schema, parse_line(schema, line), "changed", answers)


def quoted(argv: Sequence[str]) -> str:
    """The words as a shell reads them; characters that would not be seen are written as what they are (`$'\\n'`)."""
    return " ".join(shlex.quote(word) if _is_visible(word) else _escaped(word) for word in argv)


def _is_visible(word: str) -> bool:
    return all(sign.isprintable() or sign in JOINERS for sign in word)


def _escaped(word: str) -> str:
    plain = re.sub(r"([\\'])", r"\\\1", word)
    return "$'" + "".join(sign if _is_visible(sign) else _code(sign) for sign in plain) + "'"


def _code(sign: str) -> str:
    """bash's and zsh's way to write a character."""
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e"}
    number = ord(sign)
    return named.get(sign) or (f"\\x{number:02x}" if number < 128 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}")
