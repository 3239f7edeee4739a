"""A schema's YAML -> Schema, with everything that is wrong with it, each with its line."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from sayso.clischema.checks import check_schema
from sayso.clischema.forms import in_one_form
from sayso.clischema.problem import Problem, Step
from sayso.clischema.schema import RISKS, TYPES, Argument, Binding, CommandSchema, Example, Flag, Schema
from sayso.errors import SchemaError, nearest
from sayso.yamlfile import YamlFile, read_yaml

PARTS: dict[str, type] = {
    "commands": CommandSchema,
    "subcommands": CommandSchema,
    "args": Argument,
    "flags": Flag,
    "examples": Example,
    "context": Binding,
}
SHAPES = {
    "missing": "is missing",
    "too_long": "has too many entries",
    "string_type": "must be text; put it in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping",
    "dataclass_type": "must be a mapping",
    "dataclass_exact_type": "must be a mapping",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
}


@dataclass(frozen=True)
class CheckedFile:
    """What a file came to: its problems, and the schema unless one of them is an error."""

    path: Path
    schema: Schema | None
    problems: tuple[Problem, ...]


def read_schema(path: Path) -> Schema:
    """The schema of a file; raises SchemaError with every error there is. Warnings are `check_file`'s to tell."""
    checked = check_file(path)
    if checked.schema is None:
        errors = [problem for problem in checked.problems if problem.severity == "error"]
        first, *others = errors
        lines = [f"{path}:{problem.line}: {problem.message}" for problem in others]
        raise SchemaError("\n".join([first.message, *lines]), path, first.line)
    return checked.schema


def check_file(path: Path) -> CheckedFile:
    """Read a file and look for everything that is wrong with it; raises SchemaError only where it is no YAML mapping."""
    file = read_yaml(Path(path), SchemaError)
    if not isinstance(file.value, dict):
        raise SchemaError("a schema is a mapping with `cli_name` and `commands`; see docs/cli-schema.md", path, 1)
    try:
        document, problems = in_one_form(file.value)
    except RecursionError:
        raise SchemaError("it holds itself by a YAML alias, or is nested too deeply", path, 1) from None
    schema, wrong_form = _mended(document)
    problems += wrong_form
    if schema is not None:
        problems += check_schema(schema)
    placed = tuple(sorted((_with_line(problem, file) for problem in problems), key=lambda problem: problem.line or 0))
    failed = any(problem.severity == "error" for problem in placed)
    return CheckedFile(Path(path), None if failed else schema, placed)


@functools.cache
def _adapter() -> TypeAdapter[Schema]:
    for part in (Schema, *PARTS.values()):
        setattr(part, "__pydantic_config__", ConfigDict(extra="forbid"))  # noqa: B010  the classes know nothing of pydantic
    return TypeAdapter(Schema)


def _mended(document: dict[str, Any]) -> tuple[Schema | None, list[Problem]]:
    """The schema without what has not its form, so that what is wrong with the rest is found in the same run."""
    problems: list[Problem] = []
    for _ in range(20):
        try:
            return _adapter().validate_python(document), problems
        except ValidationError as error:
            found = [(tuple(one["loc"]), one["type"], one.get("input")) for one in error.errors()]
        for place, kind, given in found:
            problems.append(Problem("error", _message(place, kind, given), place))
        for place, _, _ in found:
            _take_out(document, place)
    return None, problems


def _take_out(document: dict[str, Any], place: Sequence[Step]) -> None:
    """Remove the innermost key on the way to `place`; a name is replaced, since nothing can be without one."""
    node: Any = document
    innermost: tuple[dict[str, Any], str] | None = None
    for step in place:
        if isinstance(node, dict):
            innermost = (node, str(step))
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
    if innermost is None:
        return
    mapping, key = innermost
    mapping.pop(key, None)
    if key in ("name", "run", "source"):
        mapping[key] = f"unnamed-{len(str(place))}-{'-'.join(str(step) for step in place)}"


def _message(place: Sequence[Step], kind: str, given: Any) -> str:
    name = "cli_name" if place == ("name",) else str(next((step for step in reversed(place) if isinstance(step, str)), ""))
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"there is no key {name!r} here{nearest(name, _known_keys(place))}"
    if kind == "literal_error":
        known = RISKS if name == "risk" else TYPES
        return f"there is no {name} {given!r}{nearest(str(given), known)}"
    shape = SHAPES.get(kind, "does not have the right form")
    if kind == "missing" and isinstance(place[-1], int):
        shape = "has too few entries"
    shown = f" (found {given!r})" if isinstance(given, str | int | float | bool) and kind != "missing" else ""
    return f"`{name}` {shape}{shown}"


def _known_keys(place: Sequence[Step]) -> list[str]:
    holder = next((step for step in reversed(place[:-1]) if isinstance(step, str)), None)
    part = PARTS.get(holder or "", Schema)
    names = [each.name for each in fields(part)]
    return ["cli_name", "positionals", *names[1:]] if part is Schema else names


def _with_line(problem: Problem, file: YamlFile) -> Problem:
    place = ("cli_name", *problem.place[1:]) if problem.place[:1] == ("name",) else problem.place
    return problem.at_line(file.line_of(place))
