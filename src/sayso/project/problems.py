"""What is wrong with a sayso.yaml: in which line, and the nearest right name."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from sayso.errors import ProjectError, nearest
from sayso.project.heads import Head, Label
from sayso.project.sections import Rules, Source
from sayso.section import Section
from sayso.yamlfile import YamlFile


def explained(error: ValidationError, file: YamlFile, document: type[BaseModel]) -> ProjectError:
    """The first problem, told with its line and its mend; how many more there are is said too."""
    problems = sorted(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
    first = problems[0]
    place = [step for step in first["loc"] if not str(step).startswith("function-")]
    name = ".".join(str(step) for step in place)
    if first["type"] == "extra_forbidden":
        home = "" if place[0] in ("heads", "data") else _section_of(str(place[-1]), document)
        message = f"unknown key {name!r}{home or nearest(str(place[-1]), _known_keys(place[:-1], document))}"
    elif first["type"] == "missing":
        message = f"{name!r} is missing"
    elif first["type"] == "model_type":
        message = f"{name!r} must be a mapping (found {first.get('input')!r})"
    elif first["type"] == "path_type":
        message = f"{name!r} must name a file (found {first.get('input')!r})"
    else:
        given = first.get("input")
        shown = f" (found {given!r})" if isinstance(given, str | int | float | bool) else ""
        message = f"{name}: {first['msg'].removeprefix('Value error, ')}{shown}" if name else first["msg"].removeprefix("Value error, ")
    if len(problems) > 1:
        message += f" (and {len(problems) - 1} more)"
    return ProjectError(message, file.path, file.line_of(place))


def _section_of(key: str, document: type[BaseModel]) -> str:
    """The end of an error about a key that stands in the wrong place; empty if no section knows it either."""
    homes = [
        name
        for name, field in document.model_fields.items()
        if isinstance(field.default, Section) and key in type(field.default).model_fields
    ]
    return f"; it belongs under `{homes[0]}:`" if homes else ""


def _known_keys(place: list[str | int], document: type[BaseModel]) -> list[str]:
    """The keys allowed in the section at `place`."""
    section = document
    match place:
        case ["heads", _]:
            section = Head
        case ["heads", _, "labels", _]:
            section = Label
        case ["data", _]:
            section = Source
        case ["rules"]:
            section = Rules
        case _:
            for name in place:
                field = section.model_fields.get(str(name))
                default = field.get_default(call_default_factory=True) if field else None
                if not isinstance(default, BaseModel):
                    return []
                section = type(default)
    return list(section.model_fields)
