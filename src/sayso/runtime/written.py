"""An answer that a language model wrote -> the values and flags that it names, and the same as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sayso.clischema import Schema, Scope, checked, path_in_json, scope_of
from sayso.clischema.notation import POINTED, Written, read_notation
from sayso.clischema.resolve import THIS, resolve
from sayso.clischema.said import meant
from sayso.errors import CommandError

UNREADABLE: Mapping[str, Any] = {"type": "unreadable"}
"""What stands for an answer that is none."""


def values_of(scope: Scope, written: Written) -> tuple[dict[str, Any], bool]:
    """The values, normalised by type, THIS for what was pointed at; and whether one was written that the schema does not allow."""
    values: dict[str, Any] = {}
    unread = False
    for piece in written.pieces:
        if piece.said is None:
            continue
        value = THIS if piece.said == POINTED else meant(scope.arguments[piece.name], piece.said)
        if value is None:
            unread = True
        else:
            values[piece.name] = value
    return values, unread


def flags_of(written: Written) -> tuple[str, ...]:
    """The flags that are named."""
    return tuple(piece.name for piece in written.pieces if piece.said is None)


def answer_in_json(schema: Schema, text: str, context: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The written answer as a row of data has it; UNREADABLE for what the schema does not allow."""
    try:
        written = read_notation(schema, text)
        if written.kind is not None:
            return {"type": "clarification", "kind": written.kind}
        values, unread = values_of(scope_of(schema, written.path), written)
        resolved = resolve(schema, written.path, values, flags_of(written), context)
        if unread:
            return UNREADABLE
        if resolved.missing:
            name = resolved.missing[0].name
            return {"type": "clarification", "kind": "missing_argument", "argument": name, **path_in_json(written.path)}
        document: Mapping[str, Any] = checked(schema, resolved.command).to_json()
        return document
    except CommandError:
        return UNREADABLE
