"""`sayso install`: a bundle, copied to where a program looks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption


def install(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The folder of a bundle, or of a project that has built one.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the program looks for its model.")],
    layout: Annotated[str, typer.Option("--layout", metavar="NAME", help="Whose names and checks: sayso, sqry or complexity.")] = "sayso",
    as_json: JsonOption = False,
) -> None:
    """Copy a bundle to where a program looks for it.

    The files get the names that the program's runtime expects, with checksums for those names. Other files in the
    folder stay. Interrupt it at any moment: the folder then has no manifest, so no runtime takes it for whole.
    """
    from sayso.export.install import install as copy

    files = copy(bundle, folder, layout)
    if as_json:
        sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
        terminal.print_json({"folder": str(folder), "layout": layout, "files": sizes})
        return
    for path in files:
        terminal.stdout().print(f"{path.relative_to(folder).as_posix():<24}{path.stat().st_size / 1e6:>8.2f} MB", markup=False)
    terminal.say(f"Installed {bundle} in {folder} (layout {layout}).")
