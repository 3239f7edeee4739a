"""`sayso prefer`: collect what the language model got wrong, beside what is right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import DeviceOption, JsonOption, ProjectOption


def prefer(
    project: ProjectOption = Path("."),
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings in the form of dpo_config.yaml.")] = None,
    pairs: Annotated[int | None, typer.Option("--pairs", "-n", min=1, help="So many pairs at most.")] = None,
    requests: Annotated[int | None, typer.Option("--requests", min=1, help="Ask so many of the training requests.")] = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Collect what it got wrong, beside what is right.

    The model of `build/sft` answers training requests, several times each; wrong answers are kept, near misses first, in
    `build/preferences/pairs.jsonl`.
    """
    from sayso import pipeline
    from sayso.cli.sft import with_llm
    from sayso.project import Project

    given = {name: value for name, value in {"pairs": pairs, "requests": requests}.items() if value is not None}
    with terminal.progress() as progress:
        made = pipeline.run_step(with_llm(Project.load(project), "dpo", config, given), "prefer", progress, device=device)
    if as_json:
        terminal.print_json({"preferences": str(made.path), **made.manifest})
        return
    for wrong, number in made.manifest["kept"].items():
        terminal.stdout().print(f"{number:>6}  {wrong}", markup=False)
    terminal.say(f"\n{made.manifest['pairs']} pairs in {made.path}, from {made.manifest['requests']} requests")
