"""`sayso rollback`: an alias, put back to what it pointed at before."""

from __future__ import annotations

from typing import Annotated

import typer

from sayso.cli.options import AliasOption, JsonOption, RegistryOption, WhyOption
from sayso.cli.promote import tell


def rollback(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The model.")],
    alias: AliasOption = "production",
    to: Annotated[
        str | None, typer.Option("--to", metavar="VERSION", help="Its number or id; default: what the alias pointed at before.")
    ] = None,
    why: WhyOption = "",
    registry: RegistryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put an alias back to the version before.

    Done again, it goes further back, never to what it was rolled back from. The version is verified first, as by
    `sayso promote`.
    """
    from sayso.registry import default_registry, find, model_folder
    from sayso.registry import rollback as point_back

    place = registry or default_registry()
    folder = model_folder(place, name)
    switch = point_back(folder, alias, to=find(f"{name}@{to}", place) if to else None, why=why)
    tell(find(f"{name}@{alias}", place), alias, switch, as_json)
