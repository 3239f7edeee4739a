"""`sayso evaluate`: what a model is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import SOURCE, JsonOption, ProjectOption
from sayso.errors import UsageError


def evaluate(
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help=f"With --data: {SOURCE[0].lower()}{SOURCE[1:]}")] = None,
    project: ProjectOption = Path("."),
    data: Annotated[Path | None, typer.Option("--data", metavar="FILE", help="Judge on this file instead of the test split.")] = None,
    weights: Annotated[
        str | None,
        typer.Option("--model", metavar="MODEL", help="As MODEL; either may be a folder of graphs or of trained weights, too."),
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Only put rules, model and each blend of both side by side.")] = False,
    baselines: Annotated[bool, typer.Option("--baselines", help="With --data: fit the project's baselines and put them beside.")] = False,
    temperature: Annotated[float | None, typer.Option("--temperature", metavar="T", help="With --data: try another temperature.")] = None,
    max_length: Annotated[
        int | None, typer.Option("--max-length", min=8, metavar="N", help="With --data: cut texts at so many tokens instead.")
    ] = None,
    no_grammar: Annotated[
        bool, typer.Option("--no-grammar", help="Only tell what a language model would be worth if it might write anything.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DIR", help="With --data: write report.json and report.html here.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove the model on held-out data.

    In a project it judges the exported model on the test split, writes `build/report`, and ends with code 1 when a gate does not hold.
    With --data it judges any model on any labelled file.
    """
    model = model or weights
    if data is None:
        if model or baselines or temperature or max_length or report:
            raise UsageError("MODEL, --model, --baselines, --temperature, --max-length and --report go with --data FILE")
        if no_grammar:
            _without_grammar(project, as_json)
        else:
            _in_project(project, compare, as_json)
        return
    if no_grammar:
        raise UsageError("--no-grammar judges a project's language model on its test split; it does not go with --data")
    from sayso.cli.sources import tell_what_is_left_out
    from sayso.evaluate.files import evaluate_file
    from sayso.loading import candidate_of
    from sayso.project import Project

    loaded = Project.load(project) if baselines else None
    with terminal.progress() as progress:
        judged = candidate_of(model or project, project=project, progress=progress)
        found = evaluate_file(judged, data, temperature=temperature, max_length=max_length, project=loaded, progress=progress)
    tell_what_is_left_out(model or "", project)
    if report is not None:
        from sayso.evaluate.stage import write_report

        write_report(report, found)
    _print(found, compare, as_json)
    if report is not None and not as_json:
        terminal.say(f"\nreport  {report / 'report.html'}")


def _in_project(folder: Path, compare: bool, as_json: bool) -> None:
    from sayso import pipeline
    from sayso.artifacts import read_json
    from sayso.project import Project

    loaded = Project.load(folder)
    with terminal.progress() as progress:
        made = pipeline.run_step(loaded, "evaluate", progress)
    _print(read_json(made.path / "report.json"), compare, as_json)
    if not as_json:
        terminal.say(f"\nreport  {made.path / 'report.html'}")
    pipeline.require_gates(made)


def _without_grammar(folder: Path, as_json: bool) -> None:
    from sayso import pipeline
    from sayso.project import Project

    loaded = Project.load(folder)
    if loaded.engine == "encoder":
        raise UsageError("--no-grammar is for a language model, and this project's `engine` is encoder")
    from sayso.evaluate.llm import figures_without_grammar

    made = [pipeline.finished(loaded, name) for name in ("gguf", "calibrate-llm", "verify")]
    with terminal.progress() as progress:
        progress("judging without the grammar", 0, 0)
        found = figures_without_grammar(loaded, *made)
    found["commands"]["baselines"] = []
    _print(found | {"gates": [], "details": {}}, False, as_json)


def _print(report: dict[str, Any], compare: bool, as_json: bool) -> None:
    if compare and not report.get("modes"):
        raise UsageError("this model has no rules to compare with; give the project a `rules` section, or name a bundle of such a project")
    if as_json:
        terminal.print_json(report["modes"] if compare else report)
    elif compare:
        from sayso.cli.tables import mode_table

        terminal.stdout().print(mode_table(report["modes"]))
        terminal.say(_best_mode(report["modes"]))
    else:
        _show(report)


def _best_mode(modes: list[dict[str, Any]]) -> str:
    """Which mode has the least error, and whether chance may have made it so."""
    best, *others = sorted(modes, key=lambda row: float(row["mae"]))
    close = [row["mode"] for row in others if row["mae_low"] <= best["mae_high"]]
    return f"\nbest: {best['mode']}" + (f" (the intervals of {', '.join(close)} overlap with its own)" if close else "")


def _show(report: dict[str, Any]) -> None:
    from sayso.cli.tables import baseline_table, command_tables, confusion_table, gate_table, label_table, mode_table

    out = terminal.stdout()
    commands = report.get("commands")
    if commands:
        for table in command_tables(report["figures"]["commands"], commands["baselines"]):
            out.print(table)
            out.print()
    for name in report.get("heads", ()):
        out.print(_headline(name, report["figures"][name]), markup=False)
    if latency := report["figures"].get("latency_ms"):
        slow = f"on average {latency['mean']:.1f} ms, p95 {latency['p95']:.1f} ms"
        out.print(f"{report['figures']['rows']} rows, {latency['p50']:.1f} ms an answer ({slow})\n", markup=False)
    for name, details in report["details"].items() if not commands else ():
        out.print(label_table(report["figures"][name]))
        out.print()
        out.print(confusion_table(details["labels"], details["confusion"]))
    for kind in ((baseline_table, report.get("baselines")), (mode_table, report.get("modes")), (gate_table, report["gates"])):
        if kind[1]:
            out.print()
            out.print(kind[0](kind[1]))


def _headline(name: str, figures: dict[str, Any]) -> str:
    if "ece" in figures:
        spread = f"{100 * figures['accuracy_low']:.1f} to {100 * figures['accuracy_high']:.1f}"
        steps = f", within one step {100 * figures['off_by_one']:.1f} %" if "off_by_one" in figures else ""
        return (
            f"{name}: accuracy {100 * figures['accuracy']:.1f} % ({spread}), macro-F1 {100 * figures['macro_f1']:.1f} %, "
            f"ECE {100 * figures['ece']:.1f} %, MCE {100 * figures['mce']:.1f} %{steps}"
        )
    if "mae" in figures:
        return f"{name}: MAE {figures['mae']:.4f}, max error {figures['max_error']:.4f}, Spearman {figures['spearman']:.3f}"
    return f"{name}: micro-F1 {100 * figures['micro_f1']:.1f} %, macro-F1 {100 * figures['macro_f1']:.1f} %"
