"""What is seen in a request without a model, and keeps a command from being run unasked, however sure the model is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sayso.clischema import Schema, Scope
from sayso.clischema.risk import DESTROYING
from sayso.runtime.spans import Mark, without

NEGATION = re.compile(r"\b(?:don['’]?t|do not|never|not)\b", re.IGNORECASE)
TWO_THINGS = re.compile(r"(?:\band|,|;|\.)\s+(?:then|after that|afterwards)\b|\bthen\s+(?:also|please)\b", re.IGNORECASE)
NEXT_WORD = re.compile(r"(?:\b(?:and|then)|[,;.])\s+(?:(?:also|please|then|now)\s+)*([a-z][a-z-]*)", re.IGNORECASE)
QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|`([^`]+)`|(?<!\w)['‘](.+?)['’](?!\w)")


class Caution:
    """What is seen in requests to one tool."""

    def __init__(self, schema: Schema) -> None:
        self.verbs = {name.casefold() for _, command in schema.runnable_commands() for name in (command.name, *command.aliases)}

    def doubts(self, scope: Scope, text: str, marks: Sequence[Mark]) -> bool:
        """Whether the text, apart from its values, says not to, asks for a second thing, or to destroy what this command does not."""
        rest = without(text, marks)
        if NEGATION.search(rest) or TWO_THINGS.search(rest):
            return True
        own = _own_words(scope)
        further = {found[1].casefold() for found in NEXT_WORD.finditer(rest)}
        words = set(re.findall(r"[a-z]+", rest.casefold()))
        return bool((further & self.verbs | words & DESTROYING) - own)


def whole_quotation(text: str, mark: Mark) -> Mark:
    """The mark, or all of the quotation that it lies in: what somebody has quoted is one value."""
    for start, end in quotations(text):
        if mark.start < end and mark.end > start:
            return Mark(mark.label, start, end)
    return mark


def quotations(text: str) -> list[tuple[int, int]]:
    """Where something is quoted, without its quotes."""
    return [quoted.span(quoted.lastindex or 0) for quoted in QUOTED.finditer(text)]


def _own_words(scope: Scope) -> set[str]:
    """All words that the schema has for a command and its flags."""
    command = scope.command
    told = [command.name, command.description, *command.aliases, *command.natural_language]
    for flag in scope.flags.values():
        told += [flag.name, flag.description, *flag.natural_language]
    return set(re.findall(r"[a-z]+", " ".join(told).casefold()))
