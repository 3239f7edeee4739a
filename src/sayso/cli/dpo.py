"""`sayso dpo`: teach the language model to prefer what is right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import DeviceOption, JsonOption, ProjectOption


def dpo(
    project: ProjectOption = Path("."),
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings in the form of dpo_config.yaml.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Train the whole network, not an adapter (LoRA).")] = False,
    learning_rate: Annotated[float | None, typer.Option("--lr", "--learning-rate", help="The learning rate.")] = None,
    beta: Annotated[float | None, typer.Option("--beta", help="How close it has to stay to what it was.")] = None,
    resume: Annotated[bool, typer.Option("--resume/--fresh", help="Go on from where a killed run was, or start over.")] = True,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Teach it to prefer what is right.

    It learns from the pairs of `build/preferences`, compared with the model of `build/sft`; `build/dpo` is what it makes. With too few
    pairs, or pairs of equal answers, it refuses.
    """
    from sayso import pipeline
    from sayso.cli.sft import with_llm
    from sayso.project import Project

    given = {"learning_rate": learning_rate, "beta": beta, "lora": False if full else None}
    settings = {name: value for name, value in given.items() if value is not None}
    with terminal.progress() as progress:
        made = pipeline.run_step(with_llm(Project.load(project), "dpo", config, settings), "dpo", progress, resume=resume, device=device)
    if as_json:
        terminal.print_json({"dpo": str(made.path), **made.manifest})
        return
    last = made.manifest["history"][-1] if made.manifest["history"] else {}
    for name in ("train_loss", "rewards/accuracies", "rewards/margins"):
        measured = next((row[name] for row in reversed(made.manifest["history"]) if name in row), last.get(name))
        if measured is not None:
            terminal.stdout().print(f"{name:<20} {measured:g}", markup=False)
    terminal.say(f"\nmodel  {made.path}, from {made.manifest['pairs']} pairs about {made.manifest['requests']} requests")
