"""`sayso gc`: room on the disk, where versions are that nothing needs any more."""

from __future__ import annotations

import datetime
from typing import Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, RegistryOption


def gc(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only this model.")] = None,
    keep: Annotated[int, typer.Option("--keep", min=1, metavar="N", help="Keep the last N versions of each alias.")] = 5,
    min_age: Annotated[float, typer.Option("--min-age", min=0, metavar="DAYS", help="Keep what was added in the last DAYS.")] = 1.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    registry: RegistryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove the versions that nothing needs any more.

    What an alias points at always stays, and so do the versions that it pointed at last. A model without aliases stays
    as it is. Of a removed version the record stays: its number is not given again.
    """
    from sayso.registry import collect, default_registry, model_folder, models_in, unneeded

    place = registry or default_registry()
    folders = [model_folder(place, name)] if name else [place / model for model in models_in(place)]
    choose = unneeded if dry_run else collect
    gone = [version for folder in folders for version in choose(folder, keep, datetime.timedelta(days=min_age))]
    size = sum(version.size for version in gone)
    if as_json:
        removed = [{"model": version.model, "version": version.number, "id": version.id, "size": version.size} for version in gone]
        terminal.print_json({"registry": str(place), "dry_run": dry_run, "removed": removed, "size": size})
        return
    for version in gone:
        terminal.stdout().print(f"{version}  {version.size / 1e6:.1f} MB", markup=False)
    terminal.say(f"{'Would remove' if dry_run else 'Removed'} {len(gone)} version{'' if len(gone) == 1 else 's'}, {size / 1e6:.1f} MB.")
