"""Hybrid: an encoder answers in milliseconds; where it is not sure enough, a language model is asked too, and the surer answer counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sayso.clischema import Schema
from sayso.errors import UsageError
from sayso.runtime.interpret import Interpreter
from sayso.runtime.interpretation import Command, Interpretation


@dataclass
class Hybrid:
    """Two interpreters of one schema; `below` is the encoder's confidence from which it is left alone."""

    encoder: Interpreter
    writer: Interpreter
    below: float
    answered: int = field(default=0)
    asked_further: int = field(default=0)

    @property
    def schema(self) -> Schema:
        """What the tool can be told."""
        return self.encoder.schema

    def interpret(self, text: str, context: Mapping[str, Any] | None = None) -> Interpretation:
        """The encoder's answer where it is sure of a command; else the one of the two that is surer, a command before a question."""
        first = self.encoder.interpret(text, context)
        self.answered += 1
        if not text.strip() or (isinstance(first, Command) and first.confidence >= self.below):
            return first
        self.asked_further += 1
        try:
            second = self.writer.interpret(text, context)
        except UsageError:  # longer than the language model can read
            return first
        if isinstance(first, Command) == isinstance(second, Command):
            return second if second.confidence >= first.confidence else first
        return self._of_two_kinds(first, second)

    def _of_two_kinds(self, first: Interpretation, second: Interpretation) -> Interpretation:
        """One gives a command, the other asks: the command, if its model is surer of it than the other is that it has to ask."""
        command, question = (first, second) if isinstance(first, Command) else (second, first)
        return command if command.confidence >= question.confidence else question
