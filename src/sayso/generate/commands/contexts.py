"""What a request may be said in: all that the schema's commands take from their surroundings, some of it, or nothing."""

from __future__ import annotations

import re
from typing import Any

from sayso.clischema import Schema
from sayso.clischema.schema import Argument, Type
from sayso.generate.commands.lexicon import lexicon
from sayso.generate.commands.roles import role_of
from sayso.generate.dice import Dice

FULL, PARTIAL = 0.6, 0.75
"""Chances of a full context, and of at least a part of one."""


class Contexts:
    """Draws contexts for one tool."""

    def __init__(self, schema: Schema, seed: int) -> None:
        self.sources: dict[str, Type] = {}
        for _, command in schema.walk():
            for argument in command.args:
                if argument.context:
                    names = re.findall(r"\{([^{}]*)\}", argument.context.source) or [argument.context.source]
                    self.sources |= {name.strip(): argument.type if len(names) == 1 else "string" for name in names}

    def draw(self, dice: Dice) -> dict[str, Any] | None:
        """One context; None for none, which is all that a tool without bindings has."""
        chance = dice.chance()
        if not self.sources or chance > PARTIAL:
            return None
        context: dict[str, Any] = {}
        for source, kind in self.sources.items():
            if chance < FULL or dice.chance() < 0.5:
                _put(context, source.split("."), _value(source.split(".")[-1], kind, dice))
        return context or None


def _value(name: str, kind: Type, dice: Dice) -> Any:
    text = lexicon().values.draw(role_of(Argument(name, type=kind)).values, dice)
    digits = re.sub(r"\D", "", text) or "7"
    return int(digits[:6]) if kind == "integer" else text


def _put(context: dict[str, Any], steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        context = context.setdefault(step, {})
    context[steps[-1]] = value
