"""`sayso bench`: how fast a bundle answers on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ThreadsOption

if TYPE_CHECKING:
    from rich.table import Table

    from sayso.runtime.bench import Bench


def bench(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The folder of a bundle, or of a project that has built one.")],
    runs: Annotated[int, typer.Option("--runs", min=1, help="Calls for each length of text.")] = 200,
    threads: ThreadsOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Measure how fast a bundle answers.

    One text at a time, of 6 to 64 tokens; a list of short texts; and loading it in a fresh process. All through the
    calls that a program makes, checksums included. Measure on an idle machine.
    """
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
