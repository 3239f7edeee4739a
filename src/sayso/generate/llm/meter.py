"""Meter: tokens and cost so far, what is under way included, so that a limit is never gone over."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from sayso.generate.llm.settings import Settings

MILLION = 1_000_000
BYTES_A_TOKEN = 4
"""About; no tokenizer makes more than one token of a byte."""
AROUND = 64
"""So many tokens a server may put around what it is sent."""


@dataclass
class Usage:
    """Requests, tokens and USD. `cached` requests cost nothing; of `estimated` ones the server told no tokens."""

    requests: int = 0
    cached: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: int = 0
    cost: float = 0.0

    def add(self, other: Usage) -> None:
        """Count another's, too."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)

    def to_dict(self) -> dict[str, Any]:
        """As it is printed and kept."""
        return asdict(self) | {"cost": round(self.cost, 6)}


@dataclass
class Meter:
    """What was spent, and what is set aside for requests under way."""

    settings: Settings
    spent: Usage = field(default_factory=Usage)
    aside: float = 0.0

    def price(self, tokens_in: int, tokens_out: int) -> float:
        """USD."""
        return (tokens_in * self.settings.price_in + tokens_out * self.settings.price_out) / MILLION

    def most(self, prompt: str) -> float:
        """What asking this can cost, with the longest answer."""
        return self.price(most_tokens(prompt), self.settings.longest)

    def allows(self, most: float) -> bool:
        """Whether a request that may cost so much is within the limit, whatever those under way come to."""
        limit = self.settings.max_cost
        return limit is None or self.spent.cost + self.aside + most <= limit


def most_tokens(text: str) -> int:
    """As many tokens as a text can have."""
    return len(text.encode("utf-8", "replace")) + AROUND


def likely_tokens(text: str) -> int:
    """About as many tokens as a text has."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN)
