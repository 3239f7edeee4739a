"""`sayso export`: weights to ONNX, INT8."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.errors import UsageError

if TYPE_CHECKING:
    from sayso.artifacts import Artifact, Progress


def export(
    project: ProjectOption = Path("."),
    quantize: Annotated[bool | None, typer.Option("--quantize/--no-quantize", help="INT8, or float only.")] = None,
    optimize: Annotated[
        bool | None, typer.Option("--optimize/--no-optimize", help="Fuse the graph's nodes, or leave it as exported.")
    ] = None,
    weights: Annotated[Path | None, typer.Option("--weights", "--model", metavar="DIR", help="Weights made with `train --train`.")] = None,
    eval_file: Annotated[
        Path | None, typer.Option("--eval", metavar="FILE", help="With --weights: measure the INT8 drop on this file.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="DIR", help="With --weights: where the graphs go.")] = None,
    install_in: Annotated[
        Path | None,
        typer.Option("--install", metavar="DIR", help="Go on to a proven bundle and install it here, such as models."),
    ] = None,
    verify: Annotated[Path | None, typer.Option("--verify", metavar="FILE", help="Only check that an ONNX file is sound.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Turn the weights into ONNX, INT8.

    Proves that the graph says what the network said, and takes the most aggressive INT8 scheme whose accuracy drop on held-out rows is
    below `export.max_int8_drop`.
    """
    if verify is not None:
        _verify(verify, as_json)
        return
    settings = {name: value for name, value in (("quantize", quantize), ("optimize", optimize)) if value is not None}
    with terminal.progress() as progress:
        if weights is None:
            if eval_file or output:
                raise UsageError("--eval and --output go with --weights DIR; in a project the files and folders are known")
            made = _in_project(project, settings, progress)
            if install_in is not None:
                _install(project, install_in, progress)
        else:
            if install_in is not None:
                raise UsageError("--install is for projects; `sayso install BUNDLE DIR` installs any bundle")
            made = _of_weights(weights, eval_file, output or Path("models/onnx"), settings, progress)
    _show(made, as_json)
    if install_in is not None and not as_json:
        terminal.say(f"installed in {install_in}")


def _install(folder: Path, target: Path, progress: Progress) -> None:
    """Whatever stands between the graphs and a bundle, gates too; then the layout that the project's programs look for."""
    from sayso import pipeline
    from sayso.export.install import install
    from sayso.project import Project

    project = Project.load(folder)
    for _ in pipeline.build(project, progress=progress):
        """Each step tells of itself by progress."""
    install(project.build / "bundle", target, "complexity" if project.rules else "sayso")


def _verify(graph: Path, as_json: bool) -> None:
    from sayso.export.onnx import verify_onnx

    found = verify_onnx(graph)
    if as_json:
        terminal.print_json({"graph": str(graph), "valid": True, **found})
        return
    terminal.stdout().print(
        f"{graph} is sound: {found['size_mb']} MB, takes {', '.join(found['inputs'])}, gives {found['outputs']}", markup=False
    )


def _in_project(folder: Path, settings: dict[str, Any], progress: Progress) -> Artifact:
    from sayso import pipeline
    from sayso.project import Project

    project = Project.load(folder)
    return pipeline.run_step(project.with_section("export", settings) if settings else project, "export", progress)


def _of_weights(weights: Path, eval_file: Path | None, output: Path, settings: dict[str, Any], progress: Progress) -> Artifact:
    from sayso.export.files import export_files

    return export_files(weights, eval_file, output, settings, progress)


def _show(made: Artifact, as_json: bool) -> None:
    facts = made.manifest
    if as_json:
        terminal.print_json({"onnx": str(made.path), **{key: facts[key] for key in ("parity", "fused", "quantization")}})
        return
    from rich.table import Table

    out = terminal.stdout()
    out.print("parity   " + ", ".join(f"{name} graph within {value:.2g} of torch" for name, value in facts["parity"].items()), markup=False)
    if facts["fused"]:
        out.print("fused    " + ", ".join(f"{count} {kind}" for kind, count in facts["fused"].items()), markup=False)
    if facts["quantization"]:
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
        for column, justify in (("INT8 scheme", "left"), ("MB", "right"), ("points lost", "right"), ("same label", "right"), ("", "left")):
            table.add_column(column, justify=justify)  # type: ignore[arg-type]
        for row in facts["quantization"]:
            table.add_row(
                row["scheme"],
                f"{row['size_mb']:.1f}",
                f"{100 * row['drop']:.2f}",
                f"{100 * row['agreement']:.1f} %",
                "chosen" if row["chosen"] else "",
            )
        out.print(table)
    terminal.say(f"\nonnx  {made.path}")
