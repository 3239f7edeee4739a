"""Prompt: what a language model is given for a request. One way for training, preferences, evaluation, running and serving alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sayso.clischema import Schema, scope_of
from sayso.clischema.heads import label_of
from sayso.runtime.retrieval import CommandIndex
from sayso.runtime.texts import well_formed

LONGEST = 2000
"""So many characters of a request are read."""


@dataclass(frozen=True)
class Prompt:
    """What stands before and after a request in the model's own chat template, and what ends its answer.

    `special` are texts that mean something to the tokenizer; in a request they are only text, and are taken out. With `commands_shown`
    the prompt lists that many commands of the schema which the request may mean.
    """

    before: str
    after: str
    stop: str
    special: tuple[str, ...] = ()
    commands_shown: int = 0

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Prompt:
        """A prompt as a manifest holds it."""
        return cls(**{**spec, "special": tuple(spec["special"])})

    def to_spec(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self) | {"special": list(self.special)}


class Prompter:
    """Makes the prompts for one tool."""

    def __init__(self, prompt: Prompt, schema: Schema) -> None:
        self.prompt, self.schema = prompt, schema
        self._special = re.compile("|".join(map(re.escape, prompt.special))) if prompt.special else None
        self._index = CommandIndex(schema) if prompt.commands_shown else None

    def __call__(self, request: str, meant: Sequence[tuple[str, ...]] = ()) -> str:
        """The whole prompt of a request; in training, the commands that are `meant` are among those that are shown."""
        text = self.cleaned(request)
        shown = ""
        if self._index is not None:
            found = [path for path, _ in self._index.ranked(text)][: self.prompt.commands_shown]
            absent = [path for path in meant if path not in found]
            listed = sorted([*found[: self.prompt.commands_shown - len(absent)], *absent])
            shown = "".join(f"{_outline(self.schema, path)}\n" for path in listed)
        return f"{self.prompt.before}{shown}{text}{self.prompt.after}"

    def cleaned(self, request: str) -> str:
        """The request in one line, without what the tokenizer would take for its own signs."""
        text = " ".join(well_formed(request)[:LONGEST].split())
        return " ".join(self._special.sub(" ", text).split()) if self._special else text


def _outline(schema: Schema, path: Sequence[str]) -> str:
    """A command in one line: its name, its arguments, its flags."""
    scope = scope_of(schema, path)
    names = [*(argument.name for argument in scope.command.args), *(f"+{flag.name}" for flag in scope.command.flags)]
    return f"{label_of(schema, path)}: {' '.join(names)} ({scope.command.description})"
