"""`sayso calibrate`: make the confidence mean something."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.errors import UsageError


def calibrate(
    project: ProjectOption = Path("."),
    model: Annotated[Path | None, typer.Option("--model", metavar="DIR", help="Graphs made with `export --weights`.")] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar="FILE", help="With --model: the rows to calibrate on.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="With --model: where temperature.json goes.")
    ] = None,
    fit_blend: Annotated[
        bool, typer.Option("--fit-blend", help="Find the model's share in a blend with rules on the validation rows.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make the confidence mean something.

    Fits the temperature, the out-of-scope threshold and the sets on rows that the model was not trained on, through the runtime that
    will use them. A temperature that does not do better than 1 on rows it was not fitted on is 1.
    """
    if (model is None) != (data is None):
        raise UsageError("--model DIR and --data FILE go together; in a project neither is needed")
    with terminal.progress() as progress:
        if model is not None and data is not None:
            from sayso.evaluate.files import calibrate_file

            document = calibrate_file(model, data, output or Path("models/temperature.json"), progress)
            place = str(output or Path("models/temperature.json"))
        else:
            document, place = _in_project(project, fit_blend, progress)
    if as_json:
        terminal.print_json({"calibration": place, **document})
        return
    _show(document)
    terminal.say(f"\ncalibration  {place}")


def _in_project(folder: Path, fit_blend: bool, progress: Any) -> tuple[dict[str, Any], str]:
    from sayso import pipeline
    from sayso.artifacts import read_json
    from sayso.project import Project

    project = Project.load(folder)
    if fit_blend:
        if project.rules is None:
            raise UsageError("--fit-blend needs a `rules` section in sayso.yaml, whose rules are blended with the model")
        project = project.with_section("rules", {"model_share": "fit"})
    made = pipeline.run_step(project, "calibrate", progress)
    if made.kind == "llm-calibration":
        return {"confidence": made.manifest["fitted"], "calibration_samples": made.manifest["rows"]}, str(made.path)
    rules = read_json(made.path / "calibration.json").get("rules")
    blend = {"blend": {name: rules[name] for name in ("mode", "model_share", "unsure", "edges")}} if rules else {}
    return read_json(made.path / "temperature.json") | blend, str(made.path)


def _show(document: dict[str, Any]) -> None:
    out = terminal.stdout()
    if "temperature" not in document:  # a language model's answers
        out.print(f"confidence  fitted on {document['calibration_samples']} rows; `sayso evaluate` tells what it is worth on others")
        return
    out.print(f"temperature  {document['temperature']:g}" + ("  (does not beat 1, so it is 1)" if document["temperature"] == 1 else ""))
    for name, temperature in document.get("temperatures", {}).items():
        out.print(f"  {name}: {temperature:g}", markup=False)
    if blend := document.get("blend"):
        tiers = ", ".join(f"{edge:g}" for edge in blend["edges"])
        out.print(f"blend  {blend['mode']}, {100 * blend['model_share']:.0f} % model; tiers begin at {tiers}", markup=False)
    if metrics := document.get("metrics"):
        out.print(f"ECE  {100 * metrics['ece_before']:.2f} % -> {100 * metrics['ece_after']:.2f} %")
        out.print(f"MCE  {100 * metrics['mce_before']:.2f} % -> {100 * metrics['mce_after']:.2f} %")
        out.print(f"on the {document['calibration_samples']} rows it was fitted on; `sayso evaluate` tells what it is worth on others")
