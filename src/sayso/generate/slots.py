"""What stands in a slot: words from a list, numbers from a range, or identifiers made of words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sayso.errors import nearest
from sayso.generate.dice import Dice


@dataclass(frozen=True)
class Words:
    """Values from a list; each is a template of its own."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Range:
    """Whole numbers from `start` to `stop`, both included."""

    start: int
    stop: int
    step: int = 1

    def count(self) -> int:
        """How many numbers there are."""
        return len(range(self.start, self.stop + 1, self.step))

    def draw(self, dice: Dice) -> str:
        """One of them."""
        return str(range(self.start, self.stop + 1, self.step)[dice.below(self.count())])


def _joined(separator: str) -> Callable[[Sequence[str]], str]:
    return lambda words: separator.join(words)


STYLES: dict[str, Callable[[Sequence[str]], str]] = {
    "snake": _joined("_"),
    "kebab": _joined("-"),
    "dotted": _joined("."),
    "plain": _joined(" "),
    "upper": lambda words: "_".join(words).upper(),
    "camel": lambda words: words[0] + "".join(word.capitalize() for word in words[1:]),
    "pascal": lambda words: "".join(word.capitalize() for word in words),
    "scoped": lambda words: words[0].capitalize() + "::" + "_".join(words[1:] or words),
    "call": lambda words: "_".join(words) + "()",
}


@dataclass(frozen=True)
class Identifiers:
    """Names as programmers write them: a shape of words, joined in a style."""

    styles: tuple[str, ...]
    shapes: tuple[tuple[str, ...], ...]
    words: Mapping[str, tuple[str, ...]]

    def count(self) -> int:
        """How many names there are, at most; styles that look alike on a single word are counted once for it."""
        return sum(
            math.prod(len(self.words[kind]) for kind in shape) * len(self._distinct_styles if len(shape) == 1 else self.styles)
            for shape in self.shapes
        )

    def draw(self, dice: Dice) -> str:
        """One of them."""
        words = [dice.pick(self.words[kind]) for kind in dice.pick(self.shapes)]
        return STYLES[dice.pick(self.styles)](words)

    @cached_property
    def _distinct_styles(self) -> set[str]:
        return {STYLES[style](["word"]) for style in self.styles}


Slot = Words | Range | Identifiers


def slot_from_yaml(entry: Any) -> Slot | None:
    """The slot that a list's entry describes; None for a wildcard. A ValueError says what is wrong with it."""
    if not isinstance(entry, dict):
        raise ValueError("a list has `values`, a `range`, `identifiers`, or `wildcard: true`")
    if entry.get("wildcard"):
        return None
    if "values" in entry:
        values = tuple(_value_text(value) for value in entry["values"] or ())
        if not values:
            raise ValueError("`values` is empty")
        return Words(values)
    if "range" in entry:
        return _range(entry["range"])
    if "identifiers" in entry:
        return _identifiers(entry["identifiers"])
    raise ValueError("a list has `values`, a `range`, `identifiers`, or `wildcard: true`")


def _value_text(value: Any) -> str:
    text = value.get("in") if isinstance(value, dict) else value
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ValueError(f"the value {value!r} must be text; put it in quotes")
    return str(text)


def _range(entry: Any) -> Range:
    try:
        found = Range(int(entry["from"]), int(entry["to"]), int(entry.get("step", 1)))
    except (KeyError, TypeError, ValueError):
        raise ValueError("a range is written `range: {from: 1, to: 100, step: 1}`") from None
    if found.step < 1 or found.count() < 1:
        raise ValueError(f"the range from {found.start} to {found.stop} by {found.step} holds no number")
    return found


def _identifiers(entry: Any) -> Identifiers:
    if not isinstance(entry, dict) or {"styles", "shapes", "words"} - entry.keys():
        raise ValueError("identifiers have `styles`, `shapes` and `words`")
    words = {str(kind): tuple(str(word) for word in values) for kind, values in entry["words"].items()}
    shapes = tuple(tuple(str(shape).split()) for shape in entry["shapes"])
    for style in entry["styles"]:
        if style not in STYLES:
            raise ValueError(f"there is no identifier style {style!r}{nearest(str(style), STYLES)}")
    for kind in (kind for shape in shapes for kind in shape):
        if not words.get(kind):
            raise ValueError(f"there are no words of the kind {kind!r}{nearest(kind, words)}")
    if not shapes or not entry["styles"] or not all(shapes):
        raise ValueError("identifiers need at least one style and one shape")
    return Identifiers(tuple(entry["styles"]), shapes, words)
