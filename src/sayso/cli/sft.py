"""`sayso sft`: teach a language model to write the answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import DeviceOption, JsonOption, ProjectOption

if TYPE_CHECKING:
    from sayso.project import Project


def sft(
    project: ProjectOption = Path("."),
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings in the form of sft_config.yaml.")] = None,
    base: Annotated[str | None, typer.Option("--model", "--base", metavar="NAME", help="Base model: alias, hub id or folder.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Train the whole network, not an adapter (LoRA).")] = False,
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="How often the rows are seen.")] = None,
    rows: Annotated[int | None, typer.Option("--rows", min=1, help="Learn from so many rows at most.")] = None,
    learning_rate: Annotated[float | None, typer.Option("--lr", "--learning-rate", help="The learning rate.")] = None,
    schema_in_prompt: Annotated[
        bool, typer.Option("--schema-in-prompt", help="List the few commands that a request may mean in its prompt.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume/--fresh", help="Go on from where a killed run was, or start over.")] = True,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Teach a language model to write the answers.

    It learns the answers of `build/verified` and where they end, and none of the requests; `build/sft` is what it makes. After every
    epoch it writes answers to some validation rows, and the share that is right in everything is told.
    """
    from sayso import pipeline
    from sayso.project import Project

    given = {"epochs": epochs, "rows": rows, "learning_rate": learning_rate, "lora": False if full else None}
    loaded = with_llm(Project.load(project), "sft", config, {name: value for name, value in given.items() if value is not None})
    loaded = with_llm_section(loaded, {"base": base} if base else {}, schema_in_prompt)
    with terminal.progress() as progress:
        made = pipeline.run_step(loaded, "sft", progress, resume=resume, device=device)
    if as_json:
        terminal.print_json({"sft": str(made.path), **made.manifest})
        return
    _show(made.manifest)
    terminal.say(f"\nmodel  {made.path}")


def with_llm(project: Project, stage: str, config: Path | None, settings: dict[str, Any]) -> Project:
    """The project with what a file and options say of one stage; options win."""
    from sayso.tuning import tuning_from_file

    found, base = tuning_from_file(config) if config else ({}, None)
    before = getattr(project.llm, stage)
    changed = (before.model_dump() if before else {}) | found | settings
    return project.with_section("llm", {stage: changed} | ({"base": base} if base and stage == "sft" else {}))


def with_llm_section(project: Project, settings: dict[str, Any], schema_in_prompt: bool) -> Project:
    """The project with other settings of `llm:`; those that are given."""
    given = settings | ({"schema_in_prompt": True} if schema_in_prompt else {})
    return project.with_section("llm", given) if given else project


def _show(manifest: Mapping[str, Any]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in ("epoch", "val loss", "perplexity", "right when it writes", "readable"):
        table.add_column(column, justify="right")
    losses = [row["eval_loss"] for row in manifest["history"] if "eval_loss" in row]
    for number, written in enumerate(manifest["by_writing"]):
        loss = f"{losses[number]:.4f}" if number < len(losses) else ""
        doubt = f"{manifest['perplexity'][number]:.3f}" if number < len(losses) else ""
        table.add_row(str(written["epoch"]), loss, doubt, f"{100 * written['exact']:.1f} %", f"{100 * written['readable']:.1f} %")
    terminal.stdout().print(table)
    tokens = manifest["tokens"]
    terminal.say(f"\nprompts have {tokens['prompt']:g} tokens, answers {tokens['answer']:g} and {tokens['longest_answer']} at most")
