"""Pattern: a request with places for its values, and what it asks for. One pattern makes any number of requests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pattern:
    """`{name}` in the text is a place for a value; `{name=word}` is a word that is the value, or points at it."""

    text: str
    path: tuple[str, ...]
    flags: tuple[str, ...] = ()
    split: str = "train"
