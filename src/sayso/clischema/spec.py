"""A schema as plain data, in the form of its YAML: for files, for `--json`, and for bundles, which read it back without YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from sayso.clischema.schema import Argument, Binding, CommandSchema, Example, Flag, Schema

PARTS: dict[type, dict[str, type]] = {
    Schema: {"commands": CommandSchema, "args": Argument, "flags": Flag, "examples": Example},
    CommandSchema: {"subcommands": CommandSchema, "args": Argument, "flags": Flag, "examples": Example},
    Argument: {"context": Binding},
}


def to_spec(schema: Schema) -> dict[str, Any]:
    """Only what differs from the defaults, in the order of the fields; `positionals: declared` says that nothing is left to guess."""
    document = as_data(schema)
    return {"cli_name": document.pop("name"), "positionals": "declared", **document}


def from_spec(document: Mapping[str, Any]) -> Schema:
    """The schema that `to_spec` was given. It trusts the document; for a person's file there is `read_schema`."""
    rest = {key: value for key, value in document.items() if key not in ("cli_name", "positionals")}
    schema: Schema = _built(Schema, {"name": document["cli_name"], **rest})
    return schema


def as_data(part: Any) -> Any:
    """A part of a schema as plain data, without what is as its default."""
    if isinstance(part, tuple):
        return [as_data(one) for one in part]
    if isinstance(part, Mapping):
        return {key: as_data(value) for key, value in part.items()}
    if not hasattr(part, "__dataclass_fields__"):
        return part
    values = {each.name: getattr(part, each.name) for each in fields(part)}
    defaults = {each.name: each.default_factory() if each.default_factory is not MISSING else each.default for each in fields(part)}
    return {name: as_data(value) for name, value in values.items() if value != defaults[name] or type(value) is not type(defaults[name])}


def _built(kind: type, document: Mapping[str, Any]) -> Any:
    parts = PARTS.get(kind, {})
    return kind(**{name: _part(parts.get(name), value) for name, value in document.items()})


def _part(kind: type | None, value: Any) -> Any:
    if kind is not None:
        return tuple(_built(kind, one) for one in value) if isinstance(value, list) else _built(kind, value)
    if isinstance(value, list):
        return tuple(_part(None, one) for one in value)
    if isinstance(value, Mapping):
        return {key: _part(None, one) for key, one in value.items()}
    return value
