"""`sayso bases`: the base models that have a short name."""

from __future__ import annotations

from typing import Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption


def bases(
    fetch: Annotated[str | None, typer.Option("--fetch", metavar="NAME", help="Fetch one into the cache now.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the base models that have a short name, and where they are.

    `base:` in `sayso.yaml` takes one of these names, any Hugging Face hub id, or a folder.
    """
    from sayso.train.bases import BASES, fetch_base, find_base

    if fetch:
        with terminal.progress() as progress:
            path = find_base(fetch) or fetch_base(fetch, progress)
        if as_json:
            terminal.print_json({"base": fetch, "path": str(path)})
        else:
            terminal.stdout().print(str(path), markup=False)
        return
    found = {name: find_base(name) for name in BASES}
    if as_json:
        rows = [
            {"name": name, "hub_id": base.hub_id, "parameters_m": base.parameters, "languages": base.languages, "path": _text(found[name])}
            for name, base in BASES.items()
        ]
        terminal.print_json({"bases": rows})
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in ("name", "parameters", "languages", "where"):
        table.add_column(column, justify="right" if column == "parameters" else "left")
    for name, base in BASES.items():
        source = "on the Python index" if base.package else "on the Hugging Face hub"
        table.add_row(name, f"{base.parameters:.0f} M", base.languages, "here" if found[name] else source)
    terminal.stdout().print(table)


def _text(path: object) -> str | None:
    return None if path is None else str(path)
