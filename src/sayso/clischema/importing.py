"""Anything that a schema can be made of -> Schema."""

from __future__ import annotations

from pathlib import Path

from sayso.clischema.checks import check_schema
from sayso.clischema.imported import Imported
from sayso.errors import SchemaError


def import_schema(source: str, name: str | None = None) -> Imported:
    """From a folder of carapace's files, a Python app (`module:object`), or a schema's file, whose guesses are then written down."""
    if Path(source).is_dir():
        from sayso.clischema.from_carapace import from_carapace

        found = from_carapace(Path(source), name)
    elif Path(source.partition(":")[0]).suffix == ".py":
        module = ".".join(Path(source.partition(":")[0]).with_suffix("").parts)
        written = f"{module}:{source.partition(':')[2] or 'parser'}"
        raise SchemaError(f"{source!r} is a file; name the module and what is in it, such as {written}")
    elif Path(source).suffix in (".yaml", ".yml") or Path(source).is_file():
        from sayso.clischema.read import read_schema

        found = Imported(read_schema(Path(source)), source)
    elif ":" in source:
        from sayso.clischema.from_app import from_app

        found = from_app(source, name)
    else:
        raise SchemaError(f"{source!r} is no folder, no file, and no Python object such as my_package.cli:app")
    problems = check_schema(found.schema)
    errors = [problem.message for problem in problems if problem.severity == "error"]
    if errors:
        raise SchemaError("\n".join([f"what is there makes no schema: {errors[0]}", *errors[1:]]), source)
    warnings = tuple(problem.message for problem in problems if problem.severity == "warning")
    return Imported(found.schema, found.source, (*found.notes, *warnings))
