"""Notation: an answer to a request in as few words as a language model needs to write it: `pr merge number=42 +squash`, `? off_topic`.

First the command's name among the labels, then `argument=value`, then `+flag`, in the schema's order. A value is written as it was said;
`^` is one that was pointed at ("this"). Quotes stand around what is not one plain word. A question back is its kind behind `? `.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sayso.clischema.heads import IS_COMMAND, KINDS_BY_MODEL, label_of, paths_by_label
from sayso.clischema.schema import Argument, Schema
from sayso.clischema.scope import scope_of
from sayso.errors import CommandError

POINTED, QUESTION = "^", "? "
PLAIN_SIGNS = r"\w./:@#~+%-"
PLAIN = re.compile(rf"[{PLAIN_SIGNS}]+")
PART = re.compile(rf' (?:(?P<name>[^\s="]+)=(?P<value>"(?:[^"\\\n]|\\.)*"|\^|[{PLAIN_SIGNS}]+)|\+(?P<flag>[^\s"]+))')


@dataclass(frozen=True)
class Piece:
    """A part of a written answer: the value of an argument, as it was said, or a flag; and where in the answer it stands."""

    name: str
    said: str | None
    start: int
    end: int


@dataclass(frozen=True)
class Written:
    """An answer as it was read: a command with its pieces, or the kind of a question."""

    path: tuple[str, ...] = ()
    pieces: Sequence[Piece] = field(default_factory=tuple)
    kind: str | None = None
    end_of_command: int = 0


def write_command(schema: Schema, path: Sequence[str], said: Mapping[str, str], flags: Iterable[str] = ()) -> str:
    """The notation of a command; `said` has what was said for each argument, `^` for what was pointed at."""
    scope, chosen = scope_of(schema, path), set(flags)
    words = [label_of(schema, path)]
    words += [f"{name}={_value(argument, said[name])}" for name, argument in scope.arguments.items() if name in said]
    words += [f"+{name}" for name in scope.flags if name in chosen]
    return " ".join(words)


def write_question(kind: str) -> str:
    """The notation of a question back."""
    return QUESTION + kind


def read_notation(schema: Schema, text: str) -> Written:
    """The answer that a text is the notation of; raises CommandError where it is none."""
    if text.startswith(QUESTION):
        kind = text.removeprefix(QUESTION).strip()
        if kind not in KINDS_BY_MODEL or kind == IS_COMMAND:
            raise CommandError(f"this is no kind of question: {kind!r:.80}")
        return Written(kind=kind)
    paths = paths_by_label(schema)
    label = max((one for one in paths if text == one or text.startswith(f"{one} ")), key=len, default=None)
    if label is None:
        raise CommandError(f"this begins with no command of `{schema.name}`: {text!r:.80}")
    path = paths[label]
    pieces: list[Piece] = []
    at = len(label)
    while at < len(text):
        part = PART.match(text, at)
        if part is None:
            raise CommandError(f"this is neither an argument nor a flag: {text[at:]!r:.80}")
        said = None if part["flag"] else _unquoted(part["value"])
        pieces.append(Piece(part["flag"] or part["name"], said, part.start(), part.end()))
        at = part.end()
    scope = scope_of(schema, path)
    for piece in pieces:
        if piece.name not in (scope.flags if piece.said is None else scope.arguments):
            raise CommandError(f"`{label}` has no {'flag' if piece.said is None else 'argument'} {piece.name!r}")
    return Written(path, pieces, end_of_command=len(label))


def _value(argument: Argument, said: str) -> str:
    if said == POINTED:
        return said
    plain = " ".join(said.split())
    return plain if PLAIN.fullmatch(plain) else '"' + re.sub(r'(["\\])', r"\\\1", plain) + '"'


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
