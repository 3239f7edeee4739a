"""Pattern: a request with places for its values, and what it asks for. One pattern makes any number of requests."""

from __future__ import annotations

from dataclasses import dataclass

from sayso.clischema.phrases import PLACE


@dataclass(frozen=True)
class Pattern:
    """`{name}` in the text is a place for a value; `{name=word}` is a word that is the value, or points at it."""

    text: str
    path: tuple[str, ...]
    flags: tuple[str, ...] = ()
    split: str = "train"

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments that it speaks of."""
        return tuple(place[1] for place in PLACE.finditer(self.text))
