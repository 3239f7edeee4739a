"""Proposal: what a model reads in a request, before anybody knows whether it is to be believed; and a Reader, which reads it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sayso.clischema import Scope
from sayso.clischema.heads import IS_COMMAND

Ranking = Sequence[tuple[tuple[str, ...], float]]
"""Commands with how likely each is, the likeliest first."""
LEAST = 1e-6
REASONS = ("command", "kind", "slots", "flags")
"""What a confidence is made of, in the order of its weights."""


@dataclass(frozen=True)
class Proposal:
    """A command with what was said of it, how sure the model is of each part, and what else it may be.

    `further` are more reasons to be sure, by name, each between 0 and 1. `raw` is the reader's own: what it needs to read the same text
    as another command.
    """

    text: str
    path: tuple[str, ...]
    said: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    parts: Mapping[str, float] = field(default_factory=dict)
    ranking: Ranking = ()
    kinds: Mapping[str, float] = field(default_factory=dict)
    command_share: float = 1.0
    flag_sureness: float = 1.0
    further: Mapping[str, float] = field(default_factory=dict)
    raw: Any = None
    doubtful: bool = False

    @property
    def reasons(self) -> tuple[float, ...]:
        """How sure the model is of the command, of there being one, of the least sure value and of the flags, and what is further; as
        log odds.
        """
        slots = min((sure for name, sure in self.parts.items() if name in self.said), default=1.0)
        shares = (self.parts["command"], self.kinds[IS_COMMAND], slots, self.flag_sureness, *self.further.values())
        return tuple(_log_odds(share) for share in shares)

    @property
    def names_of_reasons(self) -> tuple[str, ...]:
        """What `reasons` are, in their order."""
        return (*REASONS, *self.further)


class Reader(Protocol):
    """A model as one that reads requests to a tool."""

    def proposal(self, text: str) -> Proposal:
        """What is read in a text, whatever the context."""

    def values(self, scope: Scope, proposal: Proposal) -> Mapping[str, Any]:
        """What the same text says if another command is meant."""


def _log_odds(share: float) -> float:
    share = min(max(share, LEAST), 1.0 - LEAST)
    return math.log(share / (1.0 - share))
