"""`sayso promote`: a version, put where programs load it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import AliasOption, JsonOption, NameOption, ProjectOption, RegistryOption, WhyOption
from sayso.errors import UsageError

if TYPE_CHECKING:
    from sayso.registry import Switch, Version


def promote(
    source: Annotated[str, typer.Argument(metavar="VERSION", help="NAME@VERSION; or a bundle or `zero-shot`, which is registered first.")],
    alias: AliasOption = "production",
    name: NameOption = None,
    why: WhyOption = "",
    registry: RegistryOption = None,
    project: ProjectOption = Path("."),
    as_json: JsonOption = False,
) -> None:
    """Put a version where programs load it.

    The version is verified, loaded, and asked the golden rows that are in its bundle; only then the alias is switched, at
    once. Running programs get it when they load `registry:NAME@ALIAS` again.
    """
    from sayso.registry import promote as point_at

    version = _version(source, name, why, registry, project)
    switch = point_at(version, alias, why=why)
    tell(version, alias, switch, as_json)


def tell(version: Version, alias: str, switch: Switch | None, as_json: bool) -> None:
    """What an alias points at now, and whether that is new."""
    if as_json:
        ends = {"from": switch.before if switch else version.number, "to": version.number}
        document = {"model": version.model, "alias": alias, **ends, "id": version.id, "changed": switch is not None}
        terminal.print_json(document | {"path": str(version.bundle)})
        return
    before = f"{switch.before} -> " if switch and switch.before is not None else ""
    terminal.stdout().print(f"{version.model}@{alias}: {before}{version.number} ({version.id})", markup=False)
    if switch is None:
        terminal.say("It pointed there already.")


def _version(source: str, name: str | None, why: str, registry: Path | None, project: Path) -> Version:
    """The version that is meant; a bundle becomes one."""
    from sayso.loading import is_zero_shot, zero_shot_bundle
    from sayso.registry import add, default_registry, find, model_folder, versions_in
    from sayso.registry.places import parse_reference
    from sayso.registry.references import is_folder

    place = registry or default_registry()
    if is_zero_shot(source):
        return add(place, zero_shot_bundle(source, project), name, why=why, origin=source)
    if is_folder(source):
        return add(place, Path(source), name, why=why)
    if name:
        raise UsageError(f"--name goes with a bundle; {source} has a name")
    wanted = parse_reference(source)
    if wanted.at is None:
        newest = versions_in(model_folder(place, wanted.model))[-1]
        raise UsageError(f"say which version of {wanted.model}; the newest is {wanted.model}@{newest.number}")
    return find(source, place)
