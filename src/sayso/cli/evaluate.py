"""`sayso evaluate`: what a model is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.errors import UsageError


def evaluate(
    model: Annotated[
        Path | None, typer.Argument(metavar="[MODEL]", help="With --data: a bundle, a project, or a folder of graphs.")
    ] = None,
    project: ProjectOption = Path("."),
    data: Annotated[Path | None, typer.Option("--data", metavar="FILE", help="Judge on this file instead of the test split.")] = None,
    baselines: Annotated[bool, typer.Option("--baselines", help="With --data: fit the project's baselines and put them beside.")] = False,
    temperature: Annotated[float | None, typer.Option("--temperature", metavar="T", help="With --data: try another temperature.")] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DIR", help="With --data: write report.json and report.html here.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove the model on held-out data.

    In a project it judges the exported model on the test split, writes `build/report`, and ends with code 1 when a gate does not hold.
    With --data it judges any model on any labelled file.
    """
    if data is None:
        if model or baselines or temperature or report:
            raise UsageError("MODEL, --baselines, --temperature and --report go with --data FILE")
        _in_project(project, as_json)
        return
    from sayso.evaluate.files import evaluate_file
    from sayso.project import Project

    loaded = Project.load(project) if baselines else None
    with terminal.progress() as progress:
        found = evaluate_file(model or project, data, temperature=temperature, project=loaded, progress=progress)
    if report is not None:
        from sayso.evaluate.stage import write_report

        write_report(report, found)
    if as_json:
        terminal.print_json(found)
        return
    _show(found)
    if report is not None:
        terminal.say(f"\nreport  {report / 'report.html'}")


def _in_project(folder: Path, as_json: bool) -> None:
    from sayso import pipeline
    from sayso.artifacts import read_json
    from sayso.project import Project

    loaded = Project.load(folder)
    with terminal.progress() as progress:
        made = pipeline.run_step(loaded, "evaluate", progress)
    found = read_json(made.path / "report.json")
    if as_json:
        terminal.print_json(found)
    else:
        _show(found)
        terminal.say(f"\nreport  {made.path / 'report.html'}")
    pipeline.require_gates(made)


def _show(report: dict[str, Any]) -> None:
    from sayso.cli.tables import baseline_table, confusion_table, gate_table, label_table

    out = terminal.stdout()
    for name, figures in report["figures"].items():
        if isinstance(figures, dict) and "accuracy" in figures and name != "float_accuracy":
            out.print(_headline(name, figures), markup=False)
    latency = report["figures"]["latency_ms"]
    out.print(f"{report['figures']['rows']} rows, {latency['p50']:.1f} ms an answer (p95 {latency['p95']:.1f} ms)\n", markup=False)
    for name, details in report["details"].items():
        out.print(label_table(report["figures"][name]))
        out.print()
        out.print(confusion_table(details["labels"], details["confusion"]))
    for table in ((baseline_table, report["baselines"]), (gate_table, report["gates"])):
        if table[1]:
            out.print()
            out.print(table[0](table[1]))


def _headline(name: str, figures: dict[str, Any]) -> str:
    if "ece" in figures:
        spread = f"{100 * figures['accuracy_low']:.1f} to {100 * figures['accuracy_high']:.1f}"
        return (
            f"{name}: accuracy {100 * figures['accuracy']:.1f} % ({spread}), macro-F1 {100 * figures['macro_f1']:.1f} %, "
            f"ECE {100 * figures['ece']:.1f} %, MCE {100 * figures['mce']:.1f} %"
        )
    if "mae" in figures:
        return f"{name}: MAE {figures['mae']:.4f}, max error {figures['max_error']:.4f}, Spearman {figures['spearman']:.3f}"
    return f"{name}: micro-F1 {100 * figures['micro_f1']:.1f} %, macro-F1 {100 * figures['macro_f1']:.1f} %"
