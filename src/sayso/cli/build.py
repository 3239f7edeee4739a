"""`sayso build`: every stage that has something new to do, in order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import DeviceOption, JsonOption, ProjectOption

if TYPE_CHECKING:
    from sayso.pipeline import Outcome
    from sayso.project import Project


def build(
    project: ProjectOption = Path("."),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would run, and why.")] = False,
    until: Annotated[str, typer.Option("--until", metavar="STAGE", help="Stop after this stage.")] = "bundle",
    force: Annotated[bool, typer.Option("--force", help="Run every stage, changed or not.")] = False,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Run every stage that has something new to do.

    Stages whose inputs have not changed are skipped. Interrupt it at any moment; the same command goes on from there.
    Ends with code 1 when a check or a gate does not hold.
    """
    from sayso.pipeline import build as run
    from sayso.pipeline import plan
    from sayso.project import Project

    loaded = Project.load(project)
    if dry_run:
        _show_plan(plan(loaded, until=until), as_json)
        return
    outcomes: list[Outcome] = []
    with terminal.progress() as progress:
        for outcome in run(loaded, until=until, force=force, device=device, progress=progress):
            outcomes.append(outcome)
            terminal.say(line_of(outcome))
            if outcome.step == ("evaluate-llm" if loaded.engine == "llm" else "evaluate") and not as_json:
                _show_worth(loaded)
    if as_json:
        terminal.print_json(_document(loaded, outcomes))
    elif until == "bundle":
        bundle = loaded.build / "bundle"
        size = sum(path.stat().st_size for path in bundle.iterdir()) / 1e6
        terminal.stdout().print(f"\nbundle  {bundle}  ({size:.1f} MB)\nreport  {_report_of(loaded) / 'report.html'}", markup=False)


def line_of(outcome: Outcome) -> str:
    """What is said of a stage as it ends."""
    if outcome.reason is None:
        return f"  {outcome.step:<13} up to date"
    resumed = ", went on where it was interrupted" if outcome.resumed else ""
    return f"✓ {outcome.step:<13} {outcome.seconds:6.1f} s   {outcome.reason}{resumed}"


def _show_plan(outcomes: list[Outcome], as_json: bool) -> None:
    if as_json:
        terminal.print_json({"plan": [{"stage": o.step, "runs": o.reason is not None, "reason": o.reason} for o in outcomes]})
        return
    for outcome in outcomes:
        verdict = f"would run: {outcome.reason}" if outcome.reason else "up to date"
        terminal.stdout().print(f"{outcome.step:<13} {verdict}", markup=False)


def _show_worth(project: Project) -> None:
    """How many answers were right, where it answers with commands, and whether the gates hold."""
    from sayso.artifacts import read_json
    from sayso.cli.tables import gate_table

    report: dict[str, Any] = read_json(_report_of(project) / "report.json")
    if commands := report["figures"].get("commands"):
        rows = report["figures"].get("rows", commands["rows"])
        terminal.say(f"                of {rows} held-out requests, {100 * commands['right']:.1f} % are answered right in everything")
    if report.get("gates"):
        terminal.stdout().print(gate_table(report["gates"]))


def _report_of(project: Project) -> Path:
    """Where the report is of the model that answers first."""
    return project.build / ("llm-report" if project.engine == "llm" else "report")


def _document(project: Project, outcomes: list[Outcome]) -> dict[str, Any]:
    from sayso.artifacts import read_json

    report_path = _report_of(project) / "report.json"
    return {
        "stages": [{"stage": o.step, "ran": o.reason is not None, "reason": o.reason, "seconds": round(o.seconds, 2)} for o in outcomes],
        "bundle": str(project.build / "bundle"),
        "report": str(_report_of(project) / "report.html"),
        "gates": read_json(report_path).get("gates", []) if report_path.is_file() else [],
    }
