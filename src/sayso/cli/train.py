"""`sayso train`: fit the encoder and its heads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import DeviceOption, JsonOption, ProjectOption
from sayso.errors import UsageError

if TYPE_CHECKING:
    from sayso.artifacts import Artifact, Progress


def train(
    project: ProjectOption = Path("."),
    train_file: Annotated[Path | None, typer.Option("--train", "--data", metavar="FILE", help="Train on this file.")] = None,
    eval_file: Annotated[
        Path | None, typer.Option("--eval", "--val", metavar="FILE", help="With --train: choose the best epoch on this file.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="DIR", help="With --train: where the weights go.")] = None,
    base: Annotated[str | None, typer.Option("--model", "--base", metavar="NAME", help="Base model: alias, hub id or folder.")] = None,
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="How often the rows are seen.")] = None,
    batch_size: Annotated[int | None, typer.Option("--batch-size", min=1, help="Rows a step.")] = None,
    learning_rate: Annotated[float | None, typer.Option("--lr", "--learning-rate", help="The encoder's learning rate.")] = None,
    freeze_layers: Annotated[int | None, typer.Option("--freeze-layers", min=0, help="Keep the first N layers as they are.")] = None,
    max_length: Annotated[int | None, typer.Option("--max-length", min=8, help="Cut longer texts to this many tokens.")] = None,
    warmup_steps: Annotated[int | None, typer.Option("--warmup-steps", min=0, help="Steps over which the rate rises.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Where chance starts from.")] = None,
    fp16: Annotated[bool | None, typer.Option("--fp16/--no-fp16", help="Half precision; default: where the device is good at it.")] = None,
    resume: Annotated[bool, typer.Option("--resume/--fresh", help="Go on from where a killed run was, or start over.")] = True,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Fit the encoder and its heads.

    In a project it trains on `build/verified` and makes `build/weights`; options win over `sayso.yaml` for this run.
    With --train it works on plain files: in a project with its heads and settings, elsewhere on `text` and `intent`.
    """
    precision = None if fp16 is None else "fp16" if fp16 else "fp32"
    given = {
        "epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate, "freeze_layers": freeze_layers,
        "max_length": max_length, "warmup_steps": warmup_steps, "seed": seed, "precision": precision,
    }  # fmt: skip
    settings = {name: value for name, value in given.items() if value is not None}
    with terminal.progress() as progress:
        if train_file is None:
            if eval_file or output:
                raise UsageError("--eval and --output go with --train FILE; in a project the files and folders are known")
            made = _in_project(project, base, settings, resume, device, progress)
        else:
            made = _on_files(project, train_file, eval_file, output or Path("models/intent_classifier"), base, settings, device, progress)
    _show(made, as_json)


def _in_project(folder: Path, base: str | None, settings: dict[str, Any], resume: bool, device: str, progress: Progress) -> Artifact:
    from sayso import pipeline
    from sayso.project import Project

    project = Project.load(folder)
    project = project.with_section("train", settings) if settings else project
    project = project.with_base(base) if base else project
    return pipeline.run_step(project, "train", progress, resume=resume, device=device)


def _on_files(
    folder: Path, train_file: Path, eval_file: Path | None, output: Path, base: str | None, settings: dict[str, Any], device: str,
    progress: Progress,
) -> Artifact:  # fmt: skip
    from sayso.project import FILE_NAME, Project
    from sayso.train.files import train_files

    project = Project.load(folder) if (folder / FILE_NAME).is_file() else None
    return train_files(train_file, eval_file, project, settings, base, output, device=device, progress=progress)


def _show(made: Artifact, as_json: bool) -> None:
    history = made.manifest["history"]
    if as_json:
        terminal.print_json({"weights": str(made.path), "parameters": made.manifest["parameters"], "history": history})
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    columns = list(dict.fromkeys(name for row in history for name in row if name != "mean_over_heads"))
    for column in columns:
        table.add_column({"loss": "val loss", "train_loss": "train loss"}.get(column, column), justify="right")
    for row in history:
        table.add_row(*(f"{row[column]:g}" if column in row else "" for column in columns))
    terminal.stdout().print(table)
    terminal.say(f"\nweights  {made.path}  ({made.manifest['parameters'] / 1e6:.1f} M parameters)")
