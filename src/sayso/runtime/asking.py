"""What is said to somebody whose request is not understood: a question, and what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from sayso.clischema import Argument, Schema, path_in_json, scope_of
from sayso.clischema import Command as Plain
from sayso.clischema.values import choices_of
from sayso.runtime.interpretation import KINDS, Clarification, Command, Kind, Suggestion
from sayso.runtime.proposal import Ranking

MOST = 4
LIKENESS = 0.75


def asking_back(
    schema: Schema, kind: str, ranking: Ranking, confidence: float, text: str = "", first: Command | None = None
) -> Clarification:
    """A question of one kind; the suggestions are the likeliest commands: of the group that is spoken of, or called as the text says."""
    known: Kind = next(one for one in KINDS if one == kind)
    paths = [path for path, _ in ranking]
    if known == "ambiguous":
        paths = _of_likeliest_group(ranking)
    if known in ("several", "typo"):
        paths = _called_so(schema, paths, text, LIKENESS if known == "typo" else 1.0)
    if known == "off_topic":
        paths = []
    suggestions = [_suggestion(schema, path) for path in paths[:MOST]]
    if first:
        said = Suggestion(" ".join(first.argv), first.command, first.subcommand, first.args, first.flags)
        suggestions = [said, *(one for one in suggestions if (one.command, one.subcommand) != (first.command, first.subcommand))]
    return Clarification(known, _message(schema, known, suggestions), tuple(suggestions), confidence)


def ask_for(schema: Schema, command: Plain, argument: Argument, confidence: float, *, pointed: bool = False) -> Clarification:
    """The question for an argument that the command cannot do without, or that was `pointed` at in vain; the suggestion is the command
    as far as it is known.
    """
    name = " ".join([schema.name, *command.path])
    choices = choices_of(argument)
    told = " ".join(filter(None, (argument.description, choices and f"({choices})")))
    where = "; nothing here says which one is meant by that" if pointed else ""
    known = Suggestion(name, **path_in_json(command.path), args=command.args, flags=command.flags)
    return Clarification(
        "missing_argument", f"`{name}`: which {argument.name}?{told and f' {told}'}{where}", (known,), confidence, argument.name
    )


def _message(schema: Schema, kind: Kind, suggestions: Sequence[Suggestion]) -> str:
    choices = " or ".join(f"`{' '.join(filter(None, (schema.name, one.command, one.subcommand)))}`" for one in suggestions[:MOST])
    match kind:
        case "off_topic":
            return f"That is nothing that `{schema.name}` can do. {_abilities(schema)}"
        case "ambiguous":
            return f"What should be done with it: {choices}?"
        case "several":
            return f"That may mean several things: {choices}?" if len(suggestions) > 1 else f"Do you mean {choices}?"
        case "typo":
            return f"That is hard to read. Did you mean {choices}?"
        case _:
            return f"What should `{schema.name}` do? " + (f"Perhaps {choices}?" if choices else _abilities(schema))


def _abilities(schema: Schema) -> str:
    described = [(command.name, command.description) for command in schema.commands if command.description]
    told = [f"{name} ({description[0].lower()}{description[1:]})" for name, description in described]
    shown = ", ".join(told[:8]) + (", …" if len(told) > 8 else "")
    return f"It knows: {shown}." if shown else schema.description


def _of_likeliest_group(ranking: Ranking) -> list[tuple[str, ...]]:
    shares: dict[str, float] = {}
    for path, share in ranking:
        shares[path[0] if path else ""] = shares.get(path[0] if path else "", 0.0) + share
    best = max(shares, key=lambda group: shares[group], default="")
    return [path for path, _ in ranking if (path[0] if path else "") == best]


def _called_so(schema: Schema, paths: Sequence[tuple[str, ...]], text: str, likeness: float) -> list[tuple[str, ...]]:
    """The commands with a name or alias like a word of the text; all of them in their order, if there are none."""
    words = re.findall(r"\w+", text.casefold())
    called = []
    for path in paths:
        command = scope_of(schema, path).command
        if any(get_close_matches(name.casefold(), words, 1, likeness) for name in (command.name, *command.aliases)):
            called.append(path)
    return called or list(paths)


def _suggestion(schema: Schema, path: tuple[str, ...]) -> Suggestion:
    label = scope_of(schema, path).command.description or " ".join([schema.name, *path])
    return Suggestion(label, **path_in_json(path))
