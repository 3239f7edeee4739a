"""`sayso check`: what is wrong with the examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.errors import CheckFailed

if TYPE_CHECKING:
    from sayso.project import Project


def check(
    project: ProjectOption = Path("."),
    data: Annotated[Path | None, typer.Option("--data", metavar="FILE", help="Check this file instead of `build/examples`.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Look for what is wrong with the examples.

    Too few of a label, the same text under two labels, copies of training rows among the rows kept apart, text in the wrong encoding.
    Ends with code 1 when something has to be mended first.
    """
    from sayso.project import Project
    from sayso.quality.check import check_file, require_clean

    loaded = Project.load(project)
    report = check_file(data, loaded.heads, loaded.check) if data else _in_project(loaded)
    if as_json:
        terminal.print_json(report)
    else:
        _show(report)
    require_clean(report)


def _in_project(project: Project) -> dict[str, Any]:
    """The report of the project's examples, whether they are clean or not."""
    from sayso import pipeline
    from sayso.quality.check import read_report

    with terminal.progress() as progress:
        try:
            return read_report(pipeline.run_step(project, "check", progress).path)
        except CheckFailed:
            return read_report(pipeline.output_of(project, "check"))


def _show(report: dict[str, Any]) -> None:
    from rich.table import Table

    out = terminal.stdout()
    splits = list(report["rows"])
    for name, counts in report["labels"].items():
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(name)
        for split in splits:
            table.add_column(split, justify="right")
        for label, own in counts.items():
            table.add_row(label, *(str(own[split]) for split in splits))
        table.add_row("all", *(str(report["rows"][split]) for split in splits), style="bold")
        out.print(table)
    for finding in report["findings"]:
        style = "red" if finding["severity"] == "error" else "yellow"
        out.print(f"\n[{style}]{finding['severity']}[/{style}]", f"{finding['kind']}, {finding['count']}:", end=" ")
        out.print(finding["message"], markup=False)
        for row in finding["examples"]:
            out.print(f"    {row}", markup=False, style="dim")
    if not report["findings"]:
        out.print(f"\n[green]✓[/green] {sum(report['rows'].values())} examples, nothing found")
