"""What an importer gives back: a schema, and what it had to leave out or guess."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sayso.clischema.schema import Argument, Flag, Schema


@dataclass(frozen=True)
class Imported:
    """A schema from elsewhere, and notes on what it does not hold."""

    schema: Schema
    source: str
    notes: tuple[str, ...] = ()


def apart(positionals: tuple[Argument, ...], others: tuple[Argument | Flag, ...], group: str) -> tuple[Argument, ...]:
    """Positionals whose names no option or flag has: `name` becomes `label-name` in `gh label edit`, where `--name` is the new one."""
    taken = {other.name for other in others}
    return tuple(
        argument if argument.name not in taken else replace(argument, name=_free(argument.name, taken, group)) for argument in positionals
    )


def spelled_as(words: list[str]) -> dict[str, Any]:
    """Name, long and short form of option strings; further ones are aliases."""
    shorts = [word[1] for word in words if len(word) == 2]
    longs = [word for word in words if len(word) > 2]
    aliases = tuple(word.removeprefix("--") for word in longs[1:]) + tuple(f"-{letter}" for letter in shorts[1:])
    if not longs:
        return {"name": shorts[0], "long": "", "short": shorts[0], "aliases": aliases}
    single = None if longs[0].startswith("--") else longs[0]
    return {"name": longs[0].lstrip("-"), "long": single, "short": shorts[0] if shorts else None, "aliases": aliases}


def _free(name: str, taken: set[str], group: str) -> str:
    longer = f"{group}-{name}"
    return longer if longer not in taken else f"{longer}-argument"
