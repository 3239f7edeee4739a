"""Chance that is the same on every platform and Python: everything is made from `random()`, the one stream Python promises to keep."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of chance of its own for every seed and name, so that adding one template does not change what another gives."""

    def __init__(self, seed: int, *names: str) -> None:
        text = "\0".join([str(seed), *names])
        self._random = random.Random(int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16], "big"))

    def chance(self) -> float:
        """A number from 0 up to, but not including, 1."""
        return self._random.random()

    def below(self, bound: int) -> int:
        """A whole number from 0 up to, but not including, `bound`."""
        return int(self._random.random() * bound)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def order(self, items: Sequence[T]) -> list[T]:
        """The items in some order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]
