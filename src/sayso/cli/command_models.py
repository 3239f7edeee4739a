"""What a user calls a model of commands -> the model: a folder, a reference, or the name of the tool that it speaks for."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from sayso.artifacts import MANIFEST, Progress, read_json
from sayso.errors import BundleError, UsageError

if TYPE_CHECKING:
    from sayso.clischema import Schema
    from sayso.runtime.interpretation import Interpretation

VARIABLE = "SAYSO_MODEL"
PROJECT_FILE = "sayso.yaml"
NAMED = re.compile(r"^cli_name:\s*['\"]?([\w.+-]+)", re.MULTILINE)
BUILT = Path("build", "bundle", MANIFEST)


class CommandModel(Protocol):
    """What `sayso do` wants of a model."""

    @property
    def schema(self) -> Schema:
        """The tool whose commands it knows."""
        ...

    def interpret(self, text: str, context: Mapping[str, Any] | None = None) -> Interpretation:
        """What a request asks for."""
        ...


def command_model(name: str, project: Path, progress: Progress) -> tuple[CommandModel, str]:
    """The model, and where it was found."""
    if _is_a_place(name):
        return _loaded(name, project, progress), name
    if named := os.environ.get(VARIABLE):
        model = _loaded(named, project, progress)
        if model.schema.name != name:
            raise UsageError(f"{VARIABLE} names {named}, which knows `{model.schema.name}`, not `{name}`; unset it, or change it")
        return model, named
    folder = project.parent if project.is_file() else project
    if _tool_of(folder) == name:
        return _loaded(str(folder), project, progress), str(folder)
    if name in registered():
        reference = f"registry:{name}@production"
        return _loaded(reference, project, progress), reference
    raise BundleError(f"there is no model for `{name}`; name the folder of one, or make one: {_how_to_make_one(name)}")


def known_tools(incomplete: str = "") -> list[str]:
    """The tools that a shell can complete: those in the registry, and those whose schemas the folder has."""
    from sayso.clischema.files import schema_files

    here = {match[1] for file in schema_files(Path()) if (match := NAMED.search(file.read_text(encoding="utf-8", errors="replace")))}
    return sorted(name for name in {*registered(), *here} if name.startswith(incomplete))


def registered() -> list[str]:
    """The names of the models in the user's registry."""
    from sayso.registry.places import default_registry, models_in

    return models_in(default_registry())


def _is_a_place(name: str) -> bool:
    """Whether it says where the model is. A folder that only happens to be called like a tool does not."""
    if name.startswith("registry:") or re.search(r"[/\\]|^\.+$", name):
        return True
    return any(Path(name, file).is_file() for file in (MANIFEST, PROJECT_FILE))


def _tool_of(folder: Path) -> str | None:
    """The tool whose commands the bundle knows that the project in this folder has built, if it is one; told by its manifest alone."""
    if not (folder / PROJECT_FILE).is_file() or not (folder / BUILT).is_file():
        return None
    manifest = read_json(folder / BUILT)
    try:
        return str(manifest["spec"]["commands"]["schema"]["cli_name"])
    except (KeyError, TypeError):
        return None


def _how_to_make_one(tool: str) -> str:
    from sayso.recipes import recipes

    if tool in recipes():
        made = f"sayso init --recipe {tool} my-{tool} && sayso build --project my-{tool}"
    else:
        named = f"import or write its schema (docs/cli-schema.md), name it under `commands:` in my-{tool}/sayso.yaml"
        made = f"{named}, and sayso build --project my-{tool}"
    return f"{made}; then every folder finds it by: sayso promote my-{tool} --name {tool}"


def _loaded(source: str, project: Path, progress: Progress) -> CommandModel:
    from sayso.loading import load

    model: object = load(source, project=project, progress=progress)
    if getattr(model, "schema", None) is None:
        raise UsageError(f"{source} sorts texts; it knows no commands. `sayso predict` asks it, `sayso do` needs a model of commands")
    return cast(CommandModel, model)
