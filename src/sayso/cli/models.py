"""`sayso models`: what is in the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, NameOption, RegistryOption, WhyOption
from sayso.errors import UsageError

if TYPE_CHECKING:
    from sayso.registry import Switch, Version

What = Literal["list", "add", "show", "history", "unalias"]
NEEDED = {"add": "BUNDLE", "show": "NAME or NAME@VERSION", "history": "NAME", "unalias": "NAME@ALIAS"}
WITH_WHY = ("add", "unalias")


def models(
    what: Annotated[What, typer.Argument(metavar="[WHAT]", help="list, add, show, history or unalias.")] = "list",
    which: Annotated[str | None, typer.Argument(metavar="[WHICH]", help="What to add: a bundle. What to show: a model.")] = None,
    name: NameOption = None,
    why: WhyOption = "",
    registry: RegistryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the versions of models on this machine, and add to them.

    `sayso models` lists them all. `models add BUNDLE` registers a bundle and switches no alias. `models show NAME`, or
    `NAME@VERSION`, or `NAME@ALIAS` tells more; `models history NAME` tells who pointed which alias where, when and why.
    `models unalias NAME@ALIAS` takes an alias away; its versions stay.
    """
    from sayso.registry import default_registry

    _check_usage(what, which, name, why)
    place = registry or default_registry()
    if what == "add":
        _add(place, str(which), name, why, as_json)
    elif what == "unalias":
        _unalias(place, str(which), why, as_json)
    elif what == "history":
        _history(place, str(which), as_json)
    elif what == "show" and "@" in str(which):
        _show_version(place, str(which), as_json)
    else:
        _list(place, which, as_json)


def _check_usage(what: What, which: str | None, name: str | None, why: str) -> None:
    if what in NEEDED and not which:
        raise UsageError(f"`sayso models {what}` needs {NEEDED[what]}")
    if what == "list" and which:
        raise UsageError(f"`sayso models list` lists everything; for one model: sayso models show {which}")
    if (name and what != "add") or (why and what not in WITH_WHY):
        raise UsageError("--name goes with `sayso models add BUNDLE`, --why with that and with `sayso models unalias NAME@ALIAS`")


def _list(place: Path, name: str | None, as_json: bool) -> None:
    """All versions that are there; of a single model also those of which only the record is left."""
    from sayso.registry import aliases_in, model_folder, models_in, versions_in
    from sayso.registry.places import parse_reference

    folders = [model_folder(place, parse_reference(name).model)] if name else [place / model for model in models_in(place)]
    found = [(versions_in(folder), aliases_in(folder)) for folder in folders]
    if as_json:
        documents = [
            {
                "name": folder.name,
                "aliases": {alias: switch.after for alias, switch in aliases.items()},
                "versions": [_document(version, aliases) for version in versions],
            }
            for folder, (versions, aliases) in zip(folders, found, strict=True)
        ]
        terminal.print_json({"registry": str(place), "models": documents})
        return
    if not found:
        terminal.say(f"There are no models in {place}; add one with: sayso models add BUNDLE")
        return
    _print_versions([(version, aliases) for versions, aliases in found for version in versions if name or version.is_kept])


def _print_versions(rows: Iterable[tuple[Version, dict[str, Switch]]]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    right, whole = ("accuracy", "ECE", "size"), ("version", "id", "added")
    for column in ("version", "id", "aliases", *right, "added"):
        table.add_column(column, justify="right" if column in right else "left", header_style="dim", no_wrap=column in whole)
    for version, aliases in rows:
        table.add_row(
            f"{version.model}@{version.number}",
            version.id,
            ", ".join(_names(version, aliases)),
            *_headline(version),
            f"{version.size / 1e6:.1f} MB" if version.is_kept else "removed",
            version.added.when[:10],
            style=None if version.is_kept else "dim",
        )
    terminal.stdout().print(table, markup=False)


def _add(place: Path, bundle: str, name: str | None, why: str, as_json: bool) -> None:
    from sayso.registry import add, aliases_in

    version = add(place, Path(bundle), name, why=why)
    if as_json:
        terminal.print_json(_document(version, aliases_in(version.model_folder)))
        return
    terminal.stdout().print(str(version), markup=False)
    terminal.say(f"To use it as {version.model}@production: sayso promote {version.model}@{version.number}")


def _unalias(place: Path, reference: str, why: str, as_json: bool) -> None:
    from sayso.registry import model_folder, remove_alias
    from sayso.registry.places import parse_reference

    wanted = parse_reference(reference)
    if wanted.at is None:
        raise UsageError(f"say which alias of {wanted.model}: sayso models unalias {wanted.model}@ALIAS")
    switch = remove_alias(model_folder(place, wanted.model), wanted.at, why=why)
    if as_json:
        terminal.print_json({"model": wanted.model, **switch.to_dict()})
        return
    terminal.stdout().print(f"{wanted}: {switch.before} -> nothing", markup=False)


def _show_version(place: Path, reference: str, as_json: bool) -> None:
    from sayso.registry import aliases_in, find

    version = find(reference, place)
    aliases = aliases_in(version.model_folder)
    if as_json:
        terminal.print_json(_document(version, aliases))
        return
    facts = {
        "version": str(version),
        "aliases": ", ".join(_names(version, aliases)) or "none",
        "bundle": f"{version.bundle}  ({version.size / 1e6:.1f} MB)" if version.is_kept else "removed by `sayso gc`",
        "added": f"{version.added.when} by {version.added.who}",
        "why": version.added.why,
        "from": version.source,
        **{head: _in_words(figures) for head, figures in version.metrics.items()},
        "manifest": f"sha256 {version.manifest_sha256}",
    }
    width = max(map(len, facts))
    for what, value in facts.items():
        if value:
            terminal.stdout().print(f"{what:<{width}}  {value}", markup=False)


def _history(place: Path, name: str, as_json: bool) -> None:
    """Every switch, the newest last."""
    from sayso.registry import history_of, model_folder

    folder = model_folder(place, name)
    switches = history_of(folder)
    if as_json:
        terminal.print_json({"model": folder.name, "history": [switch.to_dict() for switch in switches]})
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("when", "who", "what", "alias", "from", "to", "id", "why"):
        table.add_column(column, justify="right" if column in ("from", "to") else "left", header_style="dim")
    for switch in switches:
        ends = ["" if end is None else str(end) for end in (switch.before, switch.after)]
        table.add_row(switch.made.when[:19], switch.made.who, switch.action, switch.alias, *ends, switch.id, switch.made.why)
    terminal.stdout().print(table, markup=False)


def _names(version: Version, aliases: dict[str, Switch]) -> list[str]:
    return [alias for alias, switch in aliases.items() if switch.after == version.number]


def _in_words(figures: Mapping[str, float]) -> str:
    from sayso.registry.card import FIGURES

    return ", ".join(f"{word} {figures[name]:.3f}" for name, word in FIGURES.items() if name in figures)


def _headline(version: Version) -> tuple[str, str]:
    """Accuracy and ECE of the first head whose confidence means something, else the accuracy of the first."""
    figures = next((each for each in version.metrics.values() if "ece" in each), next(iter(version.metrics.values()), {}))
    accuracy, ece = figures.get("accuracy"), figures.get("ece")
    return ("" if accuracy is None else f"{100 * accuracy:.1f} %", "" if ece is None else f"{ece:.3f}")


def _document(version: Version, aliases: dict[str, Switch]) -> dict[str, Any]:
    path = str(version.bundle) if version.is_kept else None
    return {"model": version.model, **version.to_dict(), "aliases": _names(version, aliases), "path": path}
