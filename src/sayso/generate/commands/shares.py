"""Which split a phrase or a value belongs to, by its own text: what is held out is never said in training."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sayso.generate.dice import Dice
from sayso.project import SPLITS

PHRASES_HELD_OUT = {"val": 0.06, "calib": 0.06, "test": 0.06}
VALUES_HELD_OUT = {"val": 0.1, "calib": 0.1, "test": 0.1}
FEW = 6
"""Of fewer phrases than these, none is held out: there would be nothing to say."""


@dataclass
class Chooser:
    """Draws phrases for one split: those that all may use, and those that are its own; remembers whether it used one of these."""

    split: str
    dice: Dice
    used_own: bool = field(default=False)

    def pick(self, phrases: Sequence[str]) -> str:
        """One of the phrases that this split may use; one of its own every other time, where it has some."""
        homes = [phrase_split(phrase) if len(set(phrases)) >= FEW else "train" for phrase in phrases]
        own = [phrase for phrase, home in zip(phrases, homes, strict=True) if home == self.split]
        if self.split != "train" and own and self.dice.chance() < 0.5:
            self.used_own = True
            return self.dice.pick(own)
        common = [phrase for phrase, home in zip(phrases, homes, strict=True) if home == "train"]
        return self.dice.pick(common or own or phrases)

    def chance(self, share: float) -> bool:
        """True as often as `share` says."""
        return self.dice.chance() < share


def phrase_split(phrase: str) -> str:
    """The split that alone may use a phrase; `train` for what all may use: single words are what a language is made of."""
    if len(re.findall(r"[^\W\d_]+", re.sub(r"\{[^}]*\}", " ", phrase))) < 2:
        return "train"
    return _by_number(_number("phrase", phrase), PHRASES_HELD_OUT)


def value_split(value: str) -> str:
    """The split that alone may use a value."""
    return _by_number(_number("value", value.casefold()), VALUES_HELD_OUT)


def _by_number(number: float, held_out: dict[str, float]) -> str:
    for split in SPLITS[1:]:
        if number < held_out[split]:
            return split
        number -= held_out[split]
    return "train"


def _number(*names: str) -> float:
    return int.from_bytes(hashlib.sha256("\0".join(names).encode("utf-8", "surrogatepass")).digest()[:7], "big") / 2**56
