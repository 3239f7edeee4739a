"""Two answers as JSON: whether they name the same command, the same values, the same flags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Answer = Mapping[str, Any]


def same_command(one: Answer, other: Answer) -> bool:
    """Whether both are commands, and the same in everything."""
    both = one["type"] == other["type"] == "command"
    return both and path_of(one) == path_of(other) and args_of(one) == args_of(other) and flags_of(one) == flags_of(other)


def same_answer(one: Answer, other: Answer) -> bool:
    """Whether both are the same command, or questions of the same kind."""
    return same_command(one, other) or (one["type"] == other["type"] and one.get("kind") == other.get("kind") is not None)


def path_of(answer: Answer) -> str:
    """The words of its command."""
    return " ".join(str(answer[key]) for key in ("command", "subcommand") if answer.get(key))


def args_of(answer: Answer) -> dict[str, tuple[str, ...]]:
    """Its arguments as texts, so that 5, 5.0 and "5" are one value."""
    given: Mapping[str, Any] = answer.get("args") or {}
    return {name: tuple(map(_text, value if isinstance(value, list | tuple) else [value])) for name, value in given.items()}


def flags_of(answer: Answer) -> frozenset[str]:
    """Its flags, in no order."""
    return frozenset(answer.get("flags") or ())


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
