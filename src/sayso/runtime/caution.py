"""What is seen in a request without a model, and keeps a command from being run unasked, however sure the model is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sayso.clischema import Scope
from sayso.clischema.risk import DESTROYING
from sayso.runtime.spans import Mark

NEGATION = re.compile(r"\b(?:don['’]?t|do not|never|not)\b", re.IGNORECASE)
QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|`([^`]+)`|(?<!\w)['‘](.+?)['’](?!\w)")


def doubtful(scope: Scope, text: str, marks: Sequence[Mark]) -> bool:
    """Whether the text, apart from its values, says not to, or asks to destroy what this command does not."""
    rest = _without(text, marks)
    if NEGATION.search(rest):
        return True
    words = set(re.findall(r"[a-z]+", rest.casefold()))
    return bool((words & DESTROYING) - _own_words(scope))


def whole_quotation(text: str, mark: Mark) -> Mark:
    """The mark, or all of the quotation that it lies in: what somebody has quoted is one value."""
    for quoted in QUOTED.finditer(text):
        inner = next(number for number, part in enumerate(quoted.groups(), start=1) if part is not None)
        start, end = quoted.span(inner)
        if mark.start < end and mark.end > start:
            return Mark(mark.label, start, end)
    return mark


def _without(text: str, marks: Sequence[Mark]) -> str:
    for mark in marks:
        text = text[: mark.start] + " " * (mark.end - mark.start) + text[mark.end :]
    return text


def _own_words(scope: Scope) -> set[str]:
    """All words that the schema has for a command and its flags."""
    command = scope.command
    told = [command.name, command.description, *command.aliases, *command.natural_language]
    for flag in scope.flags.values():
        told += [flag.name, flag.description, *flag.natural_language]
    return set(re.findall(r"[a-z]+", " ".join(told).casefold()))
