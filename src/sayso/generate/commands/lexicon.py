"""The words that requests are made of, as words/*.yaml holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sayso.generate.grammar import Grammar
from sayso.generate.slots import slot_from_yaml

WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True)
class Verb:
    """Something that commands do: what they are called then, and how people ask for it. `*` is what it is done to."""

    name: str
    names: tuple[str, ...]
    say: tuple[str, ...]
    ask: tuple[str, ...]
    plural: bool = False
    fresh: bool = False


@dataclass(frozen=True)
class Role:
    """What an argument is for: its values, as a template, and how an option with one is spoken of; `free` text may be in quotes."""

    name: str
    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    values: str = ""
    say: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    free: bool = False


@dataclass(frozen=True)
class Lexicon:
    """All of it."""

    verbs: tuple[Verb, ...]
    roles: tuple[Role, ...]
    forms: Mapping[str, Any]
    values: Grammar
    asides: Mapping[str, tuple[str, ...]]
    aside_words: Grammar


@cache
def lexicon() -> Lexicon:
    """The words, read once."""
    requests, values, asides = (_read(name) for name in ("requests", "values", "asides"))
    kinds = {name: tuple(found) for name, found in asides.items() if name != "lists"}
    return Lexicon(
        verbs=tuple(Verb(name, **_tuples(entry)) for name, entry in requests.pop("verbs").items()),
        roles=tuple(Role(name, **_tuples(entry)) for name, entry in values["roles"].items()),
        forms=requests,
        values=_grammar(values),
        asides=kinds,
        aside_words=_grammar(asides),
    )


def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((WORDS / f"{name}.yaml").read_text(encoding="utf-8"))
    return document


def _grammar(document: Mapping[str, Any]) -> Grammar:
    lists = {name: slot for name, entry in document["lists"].items() if (slot := slot_from_yaml(_listed(entry)))}
    return Grammar(document.get("rules", {}), lists)


def _listed(entry: Any) -> Any:
    return {"values": entry} if isinstance(entry, list) else entry


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
