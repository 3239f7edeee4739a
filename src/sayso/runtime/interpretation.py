"""Interpretation: what a request asks of a command line tool: a Command to run, or a Clarification to ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sayso.clischema import Risk
    from sayso.runtime.decide import Action

Kind = Literal["missing_argument", "ambiguous", "several", "typo", "unclear", "off_topic"]
KINDS: tuple[Kind, ...] = ("missing_argument", "ambiguous", "several", "typo", "unclear", "off_topic")


@dataclass(frozen=True, slots=True)
class Command:
    """A command that the schema allows, as words to start a program with and as structured data.

    `action` says what its confidence and its risk allow. `parts` holds how sure the model is of the command, of each argument and of
    each flag, each alone; `confidence` is how sure it is of all of it.
    """

    argv: tuple[str, ...]
    command: str | None
    subcommand: str | None
    args: Mapping[str, Any]
    flags: tuple[str, ...]
    confidence: float
    action: Action
    risk: Risk
    parts: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form that models of commands are trained on, with the argv and what it is worth."""
        return {
            "type": "command",
            "command": self.command,
            "subcommand": self.subcommand,
            "args": {name: list(value) if isinstance(value, tuple) else value for name, value in self.args.items()},
            "flags": list(self.flags),
            "confidence": self.confidence,
            "action": self.action,
            "risk": self.risk,
            "argv": list(self.argv),
            "parts": dict(self.parts),
        }


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that may have been meant; `label` is said to a person."""

    label: str
    command: str | None
    subcommand: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Its JSON form; arguments and flags only where there are any."""
        document: dict[str, Any] = {"label": self.label, "command": self.command, "subcommand": self.subcommand}
        if self.args:
            document["args"] = {name: list(value) if isinstance(value, tuple) else value for name, value in self.args.items()}
        return document | ({"flags": list(self.flags)} if self.flags else {})


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question back: why (`kind`), in words, and what may have been meant. `argument` is the one that is missing, where one is."""

    kind: Kind
    message: str
    suggestions: tuple[Suggestion, ...]
    confidence: float
    argument: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form that models of commands are trained on."""
        document: dict[str, Any] = {"type": "clarification", "kind": self.kind, "message": self.message}
        document["suggestions"] = [suggestion.to_dict() for suggestion in self.suggestions]
        return document | {"confidence": self.confidence} | ({"argument": self.argument} if self.argument else {})


Interpretation = Command | Clarification
