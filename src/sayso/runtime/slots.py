"""SlotReader: what a spans head says of each token of a request -> the values that are said of one command's arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.clischema import Argument, Scope
from sayso.clischema.resolve import THIS
from sayso.clischema.said import meant, refers
from sayso.runtime.caution import whole_quotation
from sayso.runtime.shapes import Shapes, codes_in
from sayso.runtime.spans import Mark, TokenScores, classes_of, least_outside, marks_in
from sayso.runtime.spec import HeadSpec

SHAPED, NEEDED, STAYING = 5.0, 2.0, 3.0
"""Head starts, in log odds, chosen on requests by people to tools that the model had no words of (docs/log.md): of what is shaped like a
value; of an argument that the command cannot do without, where nothing was found for it; and of a value's words after its first."""
OF_WORDS = "-_./~+"
"""Signs that are part of a word where they stand within it: a value is never half a word."""
ENDINGS = ".,;:!?"


@dataclass(frozen=True)
class Said:
    """What a text says of a command's arguments: their values, how sure the model is of each, and where they stand.

    `unmarked` is how sure it is that nothing else is a value; `unread` tells that something was said which the schema does not allow, and
    `lacking` that something is neither said nor pointed at which the command cannot do without.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, float] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    unmarked: float = 1.0
    unread: bool = False
    lacking: bool = False


class SlotReader:
    """Reads values with the outputs of one head. It may be used from many threads at once."""

    def __init__(self, head: HeadSpec | None) -> None:
        """`head` is the one of the slots; None for a tool without arguments."""
        self.head = head
        self.shapes: dict[tuple[str, ...], Shapes] = {}

    def read(self, scope: Scope, text: str, scores: TokenScores | None) -> Said:
        """The values of the command's arguments; of one that is said twice, the surer one."""
        needed = [name for name, argument in scope.arguments.items() if _is_needed(argument)]
        if self.head is None or scores is None:
            return Said(lacking=bool(needed))
        raised, marks = self._marks(self.head, scope, text, scores, needed)
        places = tuple(mark for mark, _ in marks)
        values, parts, unread = _values(scope, text, marks)
        return Said(
            values=values,
            parts=parts,
            marks=places,
            unmarked=least_outside(raised, self.head.labels, places, self.head.temperature, scope.arguments),
            unread=unread,
            lacking=any(name not in values for name in needed),
        )

    def _marks(
        self, head: HeadSpec, scope: Scope, text: str, scores: TokenScores, needed: Sequence[str]
    ) -> tuple[TokenScores, list[tuple[Mark, float]]]:
        """The pieces of the text that are values, quotations whole, and how sure the model is of each; and the outputs with head starts."""
        logits = np.array(scores.logits, dtype=np.float64)
        _raise(logits, scores, head, [mark for mark in self._shaped(scope, text, scores) if mark.label in head.labels])
        raised = TokenScores(logits, scores.offsets)
        found = marks_in(raised, head.labels, head.temperature, scope.arguments, STAYING)
        missing = [name for name in needed if name in head.labels and name not in {mark.label for mark, _ in found}]
        for name in missing:
            outputs = 1 + 2 * head.labels.index(name)
            logits[:, outputs : outputs + 2] += NEEDED * head.temperature
            if scope.arguments[name].type == "string":
                _raise(logits, scores, head, _codes_left(scope, text, name, [mark for mark, _ in found]))
        if missing:
            found = marks_in(raised, head.labels, head.temperature, scope.arguments, STAYING)
        of_text = {name for name, argument in scope.arguments.items() if argument.type == "string"}
        return raised, [(whole_quotation(text, mark) if mark.label in of_text else mark, sure) for mark, sure in found]

    def _shaped(self, scope: Scope, text: str, scores: TokenScores) -> list[Mark]:
        """What is shaped like a value, as far as the model has read the text."""
        if scope.path not in self.shapes:
            self.shapes[scope.path] = Shapes(scope)
        return self.shapes[scope.path].within(text[: max((end for _, end in scores.offsets), default=0)])


def _raise(logits: NDArray[np.float64], scores: TokenScores, head: HeadSpec, marks: Sequence[Mark]) -> None:
    """Give the outputs a head start that make these marks."""
    for mark in marks:
        for place, output in enumerate(classes_of([mark], scores.offsets, head.labels)):
            logits[place, output] += SHAPED * head.temperature if output else 0.0


def _codes_left(scope: Scope, text: str, name: str, found: Sequence[Mark]) -> list[Mark]:
    """The one code in a text that is no other argument's value, as this one's. Of what was found twice for one value, neither is sure."""
    labels = [mark.label for mark in found]
    taken = [mark for mark in found if scope.arguments[mark.label].repeatable or labels.count(mark.label) == 1]
    free = [(start, end) for start, end in codes_in(text) if not any(mark.start < end and start < mark.end for mark in taken)]
    return [Mark(name, *free[0])] if len(free) == 1 else []


def whole_words(text: str, mark: Mark) -> str:
    """The marked text, its first and last word whole, without the signs that end a sentence."""
    start, end = mark.start, mark.end
    while start > 0 and _of_word(text[start - 1]) and _of_word(text[start]):
        start -= 1
    while end < len(text) and _of_word(text[end]) and _of_word(text[end - 1]):
        end += 1
    found = text[start:end]
    return found if text[mark.end - 1] in ENDINGS else found.rstrip(ENDINGS) or found


def _is_needed(argument: Argument) -> bool:
    """Whether a command cannot do without it, and nothing else tells what is meant when nothing is said."""
    return argument.needed and not (argument.context and argument.context.implicit)


def _values(scope: Scope, text: str, marks: Sequence[tuple[Mark, float]]) -> tuple[dict[str, Any], dict[str, float], bool]:
    """The values, how sure the model is of each, and whether one was said that the schema does not allow."""
    said: dict[str, Any] = {}
    parts: dict[str, float] = {}
    unread = False
    for mark, sure in marks:
        argument = scope.arguments[mark.label]
        value = _value(argument, whole_words(text, mark))
        if value is None:
            unread = True
        elif argument.repeatable and isinstance(said.get(mark.label), tuple) and isinstance(value, tuple):
            said[mark.label], parts[mark.label] = (*said[mark.label], *value), min(parts[mark.label], sure)
        elif sure > parts.get(mark.label, 0.0):
            said[mark.label], parts[mark.label] = value, sure
    return said, parts, unread


def _of_word(sign: str) -> bool:
    return sign.isalnum() or sign in OF_WORDS


def _value(argument: Argument, text: str) -> Any:
    """The value that is said, THIS where it is pointed at, None where it is no value."""
    return THIS if refers(argument, text) else meant(argument, text)
