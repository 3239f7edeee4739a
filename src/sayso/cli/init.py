"""`sayso init`: a project folder from a recipe that came with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the project goes; must not exist or be empty.")] = Path("."),
    recipe: Annotated[str, typer.Option("--recipe", "-r", metavar="NAME", help="The recipe to start from.")] = "code-search",
    list_recipes: Annotated[bool, typer.Option("--list", help="Only list the recipes.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a project from a recipe.

    A recipe is a working project: a `sayso.yaml`, its templates and a README. Change what is not yours and run `sayso build`.
    """
    from sayso.recipes import copy_recipe, recipes

    if list_recipes:
        known = recipes()
        if as_json:
            terminal.print_json({"recipes": [{"name": name, "summary": summary} for name, summary in known.items()]})
        for name, summary in known.items() if not as_json else ():
            terminal.stdout().print(f"{name:<14} {summary}", markup=False)
        return
    files = copy_recipe(recipe, folder)
    if as_json:
        terminal.print_json({"recipe": recipe, "folder": str(folder), "files": [str(path) for path in files]})
        return
    terminal.say(f"Made {folder / 'sayso.yaml'} and {len(files) - 1} more files from the recipe {recipe!r}.")
    terminal.say(f"Next: cd {folder} && sayso build" if folder != Path(".") else "Next: sayso build")
