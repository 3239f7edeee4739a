"""`sayso init`: a project folder from a recipe that came with the package, or for the schema of a tool."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Annotated, Literal

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption
from sayso.errors import UsageError

Engine = Literal["encoder", "llm", "hybrid"]


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the project goes; for a recipe, a new or empty one.")] = Path("."),
    recipe: Annotated[str, typer.Option("--recipe", "-r", metavar="NAME", help="The recipe to start from.")] = "code-search",
    commands: Annotated[
        str | None, typer.Option("--commands", metavar="SCHEMA", help="Instead of a recipe: the schema of a tool, a file or a name.")
    ] = None,
    engine: Annotated[
        Engine | None, typer.Option("--engine", metavar="NAME", help="With --commands: encoder, llm or hybrid; default: encoder.")
    ] = None,
    list_recipes: Annotated[bool, typer.Option("--list", help="Only list the recipes.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a project from a recipe, or for the schema of a tool.

    A recipe is a working project: a `sayso.yaml`, its templates and a README. Change what is not yours and run `sayso build`.
    With --commands, the project is a `sayso.yaml` that names the schema; `sayso schema` lists those that have a name.
    """
    from sayso.recipes import copy_recipe, recipes

    if engine and commands is None:
        raise UsageError("--engine goes with --commands SCHEMA; in a recipe, write `engine:` into its sayso.yaml")
    if list_recipes:
        known = recipes()
        if as_json:
            terminal.print_json({"recipes": [{"name": name, "summary": summary} for name, summary in known.items()]})
        for name, summary in known.items() if not as_json else ():
            terminal.stdout().print(f"{name:<14} {summary}", markup=False)
        return
    files = for_commands(commands, folder, engine or "encoder") if commands else copy_recipe(recipe, folder)
    if as_json:
        source = {"commands": commands, "engine": engine or "encoder"} if commands else {"recipe": recipe}
        terminal.print_json({**source, "folder": str(folder), "files": [str(path) for path in files]})
        return
    origin = f"for the schema {commands}" if commands else f"and {len(files) - 1} more files from the recipe {recipe!r}"
    terminal.say(f"Made {folder / 'sayso.yaml'} {origin}.")
    terminal.say(f"Next: cd {folder} && sayso build" if folder != Path(".") else "Next: sayso build")


def for_commands(commands: str, folder: Path, engine: Engine) -> list[Path]:
    """Write a project for a schema, which stays where it is; one that came with the package is copied. Nothing is written over."""
    from sayso.artifacts import write_text
    from sayso.clischema.files import RECIPES, schema_file
    from sayso.clischema.read import read_schema
    from sayso.project import FILE_NAME

    file = schema_file(commands, Path()).resolve()
    schema = read_schema(file)
    packaged = file.is_relative_to(RECIPES.resolve())
    named = Path("schema.yaml") if packaged else Path(os.path.relpath(file, folder.resolve()))
    made = [folder / FILE_NAME, *([folder / named] if packaged else [])]
    if there := next((path for path in made if path.exists()), None):
        raise UsageError(f"{there} is there already; name a new folder: sayso init --commands {commands} my-{schema.name}")
    name = re.sub(r"[^a-z0-9._-]+", "-", schema.name.lower()).strip("._-") or "commands"
    if packaged:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / named)
    told = f"# What `{schema.name}` is asked in plain words -> a command of it. `sayso doctor` tells how long training takes here.\n"
    write_text(folder / FILE_NAME, f'{told}name: {name}\ncommands: "{named.as_posix()}"\nengine: {engine}\n')
    return made
