"""`sayso bench`: how fast a bundle answers on this machine, and how a project does on other base models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import DeviceOption, JsonOption, ThreadsOption

if TYPE_CHECKING:
    from rich.table import Table

    from sayso.bases import BaseTried
    from sayso.runtime.bench import Bench


def bench(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The folder of a bundle, or of a project that has built one.")] = Path(),
    runs: Annotated[int, typer.Option("--runs", min=1, help="Calls for each length of text.")] = 200,
    threads: ThreadsOption = 1,
    bases: Annotated[bool, typer.Option("--bases", help="Build the project on each base model that can be had, and compare.")] = False,
    base: Annotated[
        list[str] | None, typer.Option("--base", metavar="NAME", help="As --bases, on this one; several times if you like.")
    ] = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Measure how fast a bundle answers.

    One text at a time, of 6 to 64 tokens; a list of short texts; and loading it in a fresh process. All through the
    calls that a program makes, checksums included. Measure on an idle machine.

    With `--bases`, a project is trained, exported and judged on each base model: size, milliseconds and accuracy in one
    table. That takes as many builds; the same command goes on where it was interrupted.
    """
    if bases or base:
        _compare(bundle, base or [], device, runs, as_json)
        return
    from sayso.runtime.bench import bench as measure

    with terminal.progress() as progress:
        measured = measure(bundle, threads=threads, runs=runs, progress=progress)
    if as_json:
        terminal.print_json(measured.to_dict())
        return
    out = terminal.stdout()
    out.print(_table(measured))
    for name, value in _facts(measured).items():
        out.print(f"{name:<12}{value}", markup=False)


def _compare(folder: Path, names: list[str], device: str, runs: int, as_json: bool) -> None:
    from sayso.bases import try_bases
    from sayso.project import Project

    tried = []
    with terminal.progress() as progress:
        for one in try_bases(Project.load(folder), names, device=device, runs=runs, progress=progress):
            tried.append(one)
            terminal.say(f"✗ {one.base}: {one.reason}" if one.reason else f"✓ {one.base}")
    if as_json:
        terminal.print_json({"bases": [one.to_dict() for one in tried]})
        return
    if had := [one for one in tried if one.reason is None]:
        terminal.stdout().print(_table_of_bases(had))


def _table_of_bases(tried: list[BaseTried]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in ("base", "parameters", "bundle", "13 tokens, p50", tried[0].figure or "", "ECE"):
        table.add_column(column, justify="left" if column == "base" else "right")
    for one in tried:
        parameters = "" if one.parameters_m is None else f"{one.parameters_m:.0f} M"
        ece = "" if one.ece is None else f"{one.ece:.3f}"
        table.add_row(one.base, parameters, f"{(one.size_bytes or 0) / 1e6:.1f} MB", f"{one.p50_ms:.2f} ms", f"{one.value:.3f}", ece)
    return table


def _table(measured: Bench) -> Table:
    from rich.table import Table

    table = Table(title=f"{measured.name}: milliseconds a text", title_justify="left", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in ("tokens", "p50", "p95", "p99"):
        table.add_column(column, justify="right")
    for row in measured.latencies:
        table.add_row(str(row.tokens), f"{row.p50_ms:.2f}", f"{row.p95_ms:.2f}", f"{row.p99_ms:.2f}")
    return table


def _facts(measured: Bench) -> dict[str, str]:
    resident = measured.resident_bytes
    return {
        "throughput": f"{measured.texts_per_second:,.0f} short texts a second, in a list",
        "load": f"{measured.load_ms:.0f} ms in a fresh process, imports and checksums included",
        "size": f"{measured.size_bytes / 1e6:.1f} MB",
        "memory": "unknown on this system" if resident is None else f"{resident / 1e6:.0f} MB resident",
        "threads": str(measured.threads),
        "CPU": measured.cpu,
    }
