"""`sayso bundle`: pack the folder that is deployed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.artifacts import MANIFEST
from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.errors import UsageError

if TYPE_CHECKING:
    from sayso.artifacts import Artifact


def bundle(
    project: ProjectOption = Path("."),
    zero_shot: Annotated[
        bool, typer.Option("--zero-shot", help="Make it from what the project says of its labels, without training.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="With --zero-shot: where it goes; default: build/zero-shot.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Pack the folder that is deployed.

    Refuses, with code 1, when a gate of the report does not hold. With `--zero-shot` it needs no stage before it, and no
    gate has a say: nobody has judged that model.
    """
    if output and not zero_shot:
        raise UsageError("--output goes with --zero-shot; `sayso install BUNDLE DIR` copies a bundle that was built")
    made = _zero_shot(project, output) if zero_shot else _built(project)
    files = {path.name: path.stat().st_size for path in sorted(made.path.iterdir())}
    if as_json:
        terminal.print_json({"bundle": str(made.path), "digest": made.digest, "files": files})
        return
    for name, size in files.items():
        terminal.stdout().print(f"{name:<20}{size / 1e6:>8.2f} MB", markup=False)
    terminal.stdout().print(f"\nbundle  {made.path}  ({sum(files.values()) / 1e6:.1f} MB)", markup=False)


def _built(folder: Path) -> Artifact:
    from sayso import stages
    from sayso.project import Project

    with terminal.progress() as progress:
        return stages.bundle(Project.load(folder), progress=progress)


def _zero_shot(folder: Path, output: Path | None) -> Artifact:
    from sayso.cli.sources import tell_what_is_left_out
    from sayso.loading import ZERO_SHOT
    from sayso.project import Project
    from sayso.zeroshot.bundle import make_bundle

    loaded = Project.load(folder)
    out = output or loaded.build / ZERO_SHOT
    if out.exists() and not (out / MANIFEST).is_file():
        raise UsageError(f"{out} is there and is no bundle; name a new folder")
    with terminal.progress() as progress:
        made = make_bundle(loaded, out, progress)
    tell_what_is_left_out(ZERO_SHOT, folder)
    return made
