"""Turns: which of many things a batch is about, so that all of them come up equally often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sayso.generate.dice import Dice

T = TypeVar("T")


def turn(things: Sequence[T], at_once: int, number: int, seed: int, *names: str) -> list[T]:
    """The things of batch `number`: in each round all of them once, in another order, in parts whose sizes differ by one at most."""
    parts = -(-len(things) // max(1, at_once))
    round_, part = divmod(number, parts)
    order = Dice(seed, "turn", str(round_), *names).order(things)
    return order[len(order) * part // parts : len(order) * (part + 1) // parts]
