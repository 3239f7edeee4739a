"""`sayso gguf`: turn the language model into one file that llama.cpp runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption


def gguf(
    project: ProjectOption = Path("."),
    quantization: Annotated[
        str | None, typer.Option("--quant", "--quantization", metavar="NAME", help="f16, q8_0, q5_k_m, q4_k_m or q4_0.")
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Measure the other quantizations too, and keep none of them.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Turn it into one file that llama.cpp runs.

    llama.cpp's own converter and quantizer make `build/gguf/model.gguf`. First torch and llama.cpp must agree on tokens, answers and
    the stop sign; then what the quantization costs is measured on validation rows.
    """
    from sayso import pipeline
    from sayso.project import Project
    from sayso.tuning import QUANTIZATIONS

    loaded = Project.load(project)
    chosen = quantization.lower() if quantization else loaded.llm.quantization
    rivals = [one for one in QUANTIZATIONS if one not in (chosen, "f16")] if compare else list(loaded.llm.rivals)
    loaded = loaded.with_section("llm", {"quantization": chosen, "rivals": [one for one in rivals if one != chosen]})
    with terminal.progress() as progress:
        made = pipeline.run_step(loaded, "gguf", progress)
    if as_json:
        terminal.print_json({"gguf": str(made.path), **made.manifest})
        return
    _show(made.manifest)
    terminal.say(f"\nmodel  {made.path / 'model.gguf'}")


def _show(manifest: Mapping[str, Any]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in ("quantization", "MB", "right in everything", "of rows"):
        table.add_column(column, justify="left" if column == "quantization" else "right")
    for name, found in manifest["quality"].items():
        table.add_row(name, f"{found['size_mb']:.1f}", f"{100 * found['exact']:.1f} %", str(found["rows"]))
    terminal.stdout().print(table)
    mix = ", ".join(f"{found['tensors']} {name} ({100 * found['share_of_bytes']:.0f} %)" for name, found in manifest["tensors"].items())
    terminal.say(f"\ntensors  {mix}")
    parity = manifest["parity"]
    terminal.say(f"torch and llama.cpp: {100 * parity['same_ids']:.0f} % same tokens, {100 * parity['same_answers']:.0f} % same answers")
