"""Recipes: working projects that come with the package, to start from."""

from __future__ import annotations

import shutil
from pathlib import Path

from sayso.artifacts import replace_folder
from sayso.errors import UsageError, nearest
from sayso.project import FILE_NAME, Project

HERE = Path(__file__).parent


def recipes() -> dict[str, str]:
    """The recipes by name, each with the first line of its description."""
    folders = sorted(path.parent for path in HERE.glob(f"*/{FILE_NAME}"))
    return {folder.name: Project.load(folder).description.partition("\n")[0] for folder in folders}


def copy_recipe(name: str, folder: Path) -> list[Path]:
    """Copy a recipe into `folder`, whole or not at all; refuses to write over anything."""
    source = HERE / name
    if not (source / FILE_NAME).is_file():
        raise UsageError(f"there is no recipe {name!r}{nearest(name, recipes())}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} is {'not empty' if folder.is_dir() else 'a file'}; name a new folder: sayso init --recipe {name} my-{name}"
        )
    folder = folder.resolve()
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source, draft, ignore=shutil.ignore_patterns("__pycache__", "build"))
    if folder.is_dir():
        folder.rmdir()
    replace_folder(draft, folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())
