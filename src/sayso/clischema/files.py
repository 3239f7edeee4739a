"""Where schemas are: in a project's `schemas/` or `schema.yaml`, and in the recipes that come with the package."""

from __future__ import annotations

from pathlib import Path

import sayso
from sayso.errors import SchemaError, nearest
from sayso.yamlfile import read_yaml

RECIPES = Path(sayso.__file__).parent / "recipes"


def schema_files(folder: Path) -> list[Path]:
    """The schemas of a project."""
    folder = Path(folder)
    single = folder / "schema.yaml"
    return [*([single] if single.is_file() else []), *sorted((folder / "schemas").glob("*.yaml"))]


def packaged_schema_files() -> list[Path]:
    """The schemas of all recipes."""
    return [file for recipe in sorted(RECIPES.glob("*")) for file in schema_files(recipe)]


def schema_file(name: str, project: Path) -> Path:
    """The schema of this name: a file, a project's, or a packaged one, in this order."""
    if Path(name).is_file():
        return Path(name)
    known = {_name(file): file for file in reversed([*schema_files(project), *packaged_schema_files()])}
    if name in known:
        return known[name]
    if name.endswith((".yaml", ".yml")) or "/" in name:
        raise SchemaError("this file is missing", name)
    raise SchemaError(f"there is no schema {name!r}{nearest(name, known) or '; name a file, or import one: sayso schema import'}")


def _name(file: Path) -> str:
    """What a schema goes by: its file's name, or of a `schema.yaml` the tool's own."""
    if file.name != "schema.yaml":
        return file.stem
    try:
        document = read_yaml(file, SchemaError).value
    except SchemaError:
        document = None
    named = document.get("cli_name") if isinstance(document, dict) else None
    return str(named or file.resolve().parent.name)
