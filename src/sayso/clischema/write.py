"""A Schema -> its YAML, which `read_schema` reads back as the same schema."""

from __future__ import annotations

from pathlib import Path

from sayso.artifacts import write_text
from sayso.clischema.schema import Schema
from sayso.clischema.spec import to_spec


def schema_as_yaml(schema: Schema, comment: str = "") -> str:
    """The YAML of a schema, with a comment on top."""
    import yaml

    lines = "".join(f"# {line}\n" for line in comment.splitlines())
    return lines + yaml.safe_dump(to_spec(schema), sort_keys=False, allow_unicode=True, width=120)


def write_schema(schema: Schema, path: Path, comment: str = "") -> None:
    """Write a schema's YAML, whole or not at all."""
    write_text(Path(path), schema_as_yaml(schema, comment))
