"""Templates in Home Assistant's language: hassil parses them; here its tree is walked to count and to draw texts."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sayso.errors import MissingExtra, TemplateError, nearest
from sayso.generate.dice import Dice
from sayso.generate.slots import Range, Slot, Words

DEEPEST = 40
"""Rules that refer to each other deeper than this refer to themselves."""


@dataclass(frozen=True)
class Grammar:
    """The rules and slots that templates of one language may refer to."""

    rules: Mapping[str, str]
    slots: Mapping[str, Slot]
    counts: dict[str, int] = field(default_factory=dict, compare=False)

    def count(self, template: str) -> int:
        """How many texts the template can give, at most: ways to expand it are counted, not enumerated."""
        return self._count(parse(template), 0)

    def draw(self, template: str, dice: Dice) -> str:
        """One text of the template: every alternative is as likely as the others, an optional part is there every other time."""
        pieces: list[str] = []
        self._draw(parse(template), dice, pieces, 0)
        return tidy("".join(pieces))

    def slots_of(self, template: str) -> set[str]:
        """The names of the slots that the template refers to, those in its rules too."""
        found: set[str] = set()
        pending, seen = [template], set[str]()
        while pending:
            for kind, name in _references(parse(pending.pop())):
                if kind == "slot":
                    found.add(name)
                elif name not in seen:
                    seen.add(name)
                    pending.append(self._rule(name))
        return found

    def check(self, template: str) -> None:
        """Raise a TemplateError if the template cannot be expanded."""
        self.count(template)

    def _count(self, node: Any, depth: int) -> int:
        match type(node).__name__:
            case "TextChunk":
                return 1
            case "Sequence":
                return math.prod(self._count(item, depth) for item in node.items)
            case "Alternative":
                return sum(self._count(item, depth) for item in node.items)
            case "Permutation":
                return math.factorial(len(node.items)) * math.prod(self._count(item, depth) for item in node.items)
            case "RuleReference":
                return self._count_once(f"<{node.rule_name}>", self._rule(node.rule_name), _deeper(depth, node.rule_name))
            case _:
                slot = self._slot(node)
                if isinstance(slot, Words):
                    return sum(self._count_once(value, value, _deeper(depth, node.list_name)) for value in slot.values)
                return slot.count()

    def _count_once(self, key: str, template: str, depth: int) -> int:
        if key not in self.counts:
            self.counts[key] = self._count(parse(template), depth)
        return self.counts[key]

    def _draw(self, node: Any, dice: Dice, pieces: list[str], depth: int) -> None:
        match type(node).__name__:
            case "TextChunk":
                pieces.append(node.original_text)
            case "Sequence":
                for item in node.items:
                    self._draw(item, dice, pieces, depth)
            case "Alternative":
                self._draw(_branch(node, dice), dice, pieces, depth)
            case "Permutation":
                for item in dice.order(node.items):
                    self._draw(item, dice, pieces, depth)
            case "RuleReference":
                self._draw(parse(self._rule(node.rule_name)), dice, pieces, _deeper(depth, node.rule_name))
            case _:
                slot = self._slot(node)
                if isinstance(slot, Words):
                    self._draw(parse(dice.pick(slot.values)), dice, pieces, _deeper(depth, node.list_name))
                else:
                    pieces.append(slot.draw(dice))

    def _rule(self, name: str) -> str:
        if name not in self.rules:
            raise TemplateError(f"there is no rule <{name}>{nearest(name, self.rules)}")
        return self.rules[name]

    def _slot(self, node: Any) -> Slot:
        if node.is_inline_range:
            return Range(*node.get_inline_range())
        if node.list_name not in self.slots:
            raise TemplateError(f"there is no list for the slot {{{node.list_name}}}{nearest(node.list_name, self.slots)}")
        return self.slots[node.list_name]


@cache
def parse(template: str) -> Any:
    """hassil's tree of a template; a TemplateError if it is not one."""
    try:
        from hassil.parse_expression import parse_sentence
        from hassil.parser import ParseError
    except ImportError:
        raise MissingExtra("Making examples from templates", "train") from None
    try:
        return parse_sentence(template).expression
    except (ParseError, AssertionError, IndexError, ValueError) as error:
        reason = re.sub(r"\s+", " ", str(error)).strip() or "its brackets do not match"
        raise TemplateError(f"{template!r} is not a template: {reason}") from None
    except RecursionError:
        raise TemplateError(f"{template[:60]!r}… has brackets in brackets too deep to follow") from None


def tidy(text: str) -> str:
    """The text as a person would space it."""
    return re.sub(r"\s+([,?!;])", r"\1", re.sub(r"\s+", " ", text)).strip()


def _branch(node: Any, dice: Dice) -> Any:
    """One alternative; of an optional part, nothing half of the time."""
    if not node.is_optional:
        return dice.pick(node.items)
    *parts, nothing = node.items
    return nothing if dice.chance() < 0.5 else dice.pick(parts)


def _references(node: Any) -> list[tuple[str, str]]:
    match type(node).__name__:
        case "RuleReference":
            return [("rule", node.rule_name)]
        case "ListReference":
            return [] if node.is_inline_range else [("slot", node.list_name)]
        case "TextChunk":
            return []
        case _:
            return [reference for item in node.items for reference in _references(item)]


def _deeper(depth: int, name: str) -> int:
    if depth >= DEEPEST:
        raise TemplateError(f"{name!r} refers to itself, so its texts would never end")
    return depth + 1
