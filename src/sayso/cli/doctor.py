"""`sayso doctor`: what this machine can train, and how long it takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import DeviceOption, JsonOption, ProjectOption
from sayso.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from sayso.doctor import Findings, StageTime
    from sayso.doctor.speed import Speed

BUSY = 0.5
GB = 1e9


def doctor(
    project: ProjectOption = Path("."),
    probe: Annotated[
        bool | None,
        typer.Option("--probe/--no-probe", help="Measure how fast training is here; default: in a project that can be trained."),
    ] = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Tell what this machine can train, and how long it takes.

    In a project, some training steps are measured, which takes under a minute on two idle cores, and reckoned up for every stage that has
    to run. Interrupt it, and it tells what it knows. Ends with code 4 when packages are missing that the project's engine needs.
    """
    from sayso.doctor import examine, times_of
    from sayso.doctor.speed import Speed
    from sayso.project import FILE_NAME, Project

    alone = project == Path(".") and not Path(FILE_NAME).exists()
    if alone and probe:
        raise UsageError("--probe measures a project's training, and there is no project here; name one with --project DIR")
    findings = examine(None if alone else Project.load(project))
    if not as_json:
        _show(findings)
    speed, interrupted = Speed(), False
    if findings.project and findings.rows and probe is not False and not findings.missing and findings.bases_of_engine:
        interrupted = _measure(findings, speed, device)
    times = times_of(findings.project, findings.rows, speed) if findings.project and findings.rows and speed.device else []
    if as_json:
        terminal.print_json(findings.to_dict() | _document(speed, times, interrupted))
    elif any(time.seconds is not None for time in times):
        _show_times(times, speed)
    if interrupted:
        terminal.say("interrupted; what was measured until then is told")
        raise typer.Exit(130)
    if findings.missing and findings.project:
        raise MissingExtra(f"the engine {findings.project.engine!r} of this project", ",".join(findings.missing))


def _measure(findings: Findings, speed: Speed, device: str) -> bool:
    """Run the probe; whether somebody ended it."""
    from sayso.doctor.speed import measure

    assert findings.project is not None
    assert findings.rows is not None
    terminal.say("\nmeasuring now, under a minute as a rule; Ctrl-C ends it")
    try:
        with terminal.progress() as progress:
            measure(findings.project, findings.rows, findings.bases_of_engine, speed, device, progress)
    except KeyboardInterrupt:
        return True
    return False


def _document(speed: Speed, times: list[StageTime], interrupted: bool) -> dict[str, Any]:
    if not times:
        return {"speed": None, "stages": None, "seconds": None, "interrupted": interrupted}
    known = [time.seconds for time in times if time.seconds is not None]
    stages = [time.to_dict() for time in times]
    return {"speed": speed.to_dict(), "stages": stages, "seconds": round(sum(known), 1), "interrupted": interrupted}


def _show(findings: Findings) -> None:
    here = findings.machine
    busy = f", busy ({100 * here.busy:.0f} %): times will be too long" if here.busy and here.busy > BUSY else ""
    free = f", {here.free_memory / GB:.1f} GB free" if here.free_memory is not None else ""
    rows = [("processor", f"{here.processor}, {here.cores} {'core' if here.cores == 1 else 'cores'}{busy}")]
    rows += [("memory", f"{here.memory / GB:.1f} GB{free}" if here.memory else "unknown")]
    rows += [("disk", f"{room / GB:.1f} GB free where {folder} is") for folder, room in here.disks.items()]
    for device in here.devices:
        of_its_own = f", {device.memory / GB:.1f} GB" if device.memory else ""
        rows.append((device.kind, f"{device.name}{of_its_own}" + ("" if device.usable else "; the torch here cannot use it")))
    rows += [] if here.devices else [("GPU", "none")]
    rows.append(("", ""))
    for extra in findings.extras.values():
        lacking = ", ".join((*extra.missing, *extra.sidelines))
        rows.append((extra.name, f"missing {lacking}: {extra.pip}" if lacking else "installed"))
    if any(package.startswith("llama-cpp-python") for package in findings.extras["llm"].missing):
        there = f"{findings.compiler} is there" if findings.compiler else "there is none: install gcc or clang first"
        rows.append(("C compiler", f"{there} (pip builds llama-cpp-python where it finds no wheel)"))
    rows += [("base models", ", ".join(findings.bases) or "none on this machine"), ("", "")]
    for name, base, verdict in (("encoder", findings.encoder_base, findings.encoder), ("language model", findings.llm_base, findings.llm)):
        memory = f", about {verdict.memory / GB:.1f} GB of memory" if verdict.memory and verdict.answer != "no" else ""
        rows.append((name, f"{verdict.answer}: {base.name}, {verdict.why}{memory}" + (f" ({base.reason})" if base.reason else "")))
    _table(rows)
    if findings.project and findings.rows:
        made = "" if findings.rows.made else ", about, once they are made"
        told = f"engine {findings.project.engine}, {findings.rows.splits['train']} training rows{made}"
        terminal.stdout().print(f"\nproject {findings.project.name}: {told}", markup=False)


def _show_times(times: list[StageTime], speed: Speed) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("stage")
    table.add_column("time", justify="right")
    for time in times:
        table.add_row(time.stage, time.how if not time.seconds else f"{time.how} {_span(time.seconds)}")
    terminal.stdout().print(table)
    known = sum(time.seconds for time in times if time.seconds is not None)
    rest = " and what is not measured, seconds to minutes" if any(time.seconds is None for time in times) else ""
    terminal.stdout().print(f"\nin all, on {speed.device}: {_span(known)}{rest}", markup=False)
    if speed.tokens_alone:
        terminal.stdout().print(f"the language model writes {speed.tokens_alone:.0f} tokens a second by torch", markup=False)


def _span(seconds: float) -> str:
    """So long, in the largest unit that says something."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _table(rows: list[tuple[str, str]]) -> None:
    for name, told in rows:
        terminal.stdout().print(f"{name:<15} {told}".rstrip(), markup=False)
