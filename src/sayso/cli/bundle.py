"""`sayso bundle`: pack the folder that is deployed."""

from __future__ import annotations

from pathlib import Path

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption


def bundle(project: ProjectOption = Path("."), as_json: JsonOption = False) -> None:
    """Pack the folder that is deployed.

    Refuses, with code 1, when a gate of the report does not hold.
    """
    from sayso import stages
    from sayso.project import Project

    with terminal.progress() as progress:
        made = stages.bundle(Project.load(project), progress=progress)
    files = {path.name: path.stat().st_size for path in sorted(made.path.iterdir())}
    if as_json:
        terminal.print_json({"bundle": str(made.path), "digest": made.digest, "files": files})
        return
    for name, size in files.items():
        terminal.stdout().print(f"{name:<20}{size / 1e6:>8.2f} MB", markup=False)
    terminal.stdout().print(f"\nbundle  {made.path}  ({sum(files.values()) / 1e6:.1f} MB)", markup=False)
