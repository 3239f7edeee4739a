"""`sayso verify`: a person goes through a sample of the examples."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.errors import CheckFailed, UsageError

if TYPE_CHECKING:
    from sayso.examples import Example
    from sayso.project import Head
    from sayso.quality.session import Session

HELP = "Enter or a: right   r: another label   d: drop   s: not now   u: undo   q: quit"


def verify(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A file of examples, without a project.")] = None,
    project: ProjectOption = Path("."),
    apply: Annotated[Path | None, typer.Option("--apply", metavar="OUT", help="With FILE: write its rows, corrected, and stop.")] = None,
    report: Annotated[bool, typer.Option("--report", help="Only tell how much is verified and how much of it was wrong.")] = False,
    min_share: Annotated[
        float, typer.Option("--min-share", min=0, max=1, help="With --report: the share of the sample that must be.")
    ] = 1.0,
    as_json: JsonOption = False,
) -> None:
    """Go through a sample of the examples by hand.

    Each row is shown with its label; one key accepts it, corrects it or drops it. Quit when you like, it goes on from there. `sayso build`
    applies what was decided.
    """
    sample, rows, heads, corrections = _of_file(file) if file else _of_project(project)
    if apply is not None:
        _apply(rows, heads, corrections, apply, standalone=file is not None)
    elif report or as_json:
        _report(sample, rows, heads, corrections, min_share, as_json)
    else:
        _go_through(sample, heads, corrections)


Sample = tuple["list[Example]", "list[Example]", "dict[str, Head]", Path]


def _of_project(folder: Path) -> Sample:
    from sayso import pipeline
    from sayso.examples import read_split
    from sayso.project import SPLITS, Project
    from sayso.quality.verify import CORRECTIONS

    project = Project.load(folder)
    data = pipeline.finished(project, "generate")
    rows = [row for name in SPLITS for row in read_split(data, name, project.heads)]
    return read_split(data, "verify", project.heads), rows, project.heads, project.folder / CORRECTIONS


def _of_file(file: Path) -> Sample:
    from sayso.examples import read_examples
    from sayso.examples.files import heads_of

    heads = heads_of(file)
    rows = list(read_examples(file, heads))
    return rows, rows, heads, file.with_suffix(".corrections.jsonl")


def _apply(rows: list[Example], heads: dict[str, Head], corrections: Path, out: Path, *, standalone: bool) -> None:
    from sayso.examples.files import write_for_name
    from sayso.quality.corrections import read_decisions
    from sayso.quality.verify import apply

    if not standalone:
        raise UsageError("--apply goes with FILE; in a project `sayso build` applies what was decided")
    kept = apply(rows, read_decisions(corrections, heads), heads)
    write_for_name(out, kept, {"corrected_from": corrections.name})
    terminal.say(f"{len(kept)} of {len(rows)} rows in {out}")


def _report(sample: list[Example], rows: list[Example], heads: dict[str, Head], corrections: Path, min_share: float, as_json: bool) -> None:
    from sayso.quality.corrections import read_decisions
    from sayso.quality.verify import verification

    found = verification(sample, rows, read_decisions(corrections, heads))
    if as_json:
        terminal.print_json(found)
    else:
        _show_report(found)
    if found["share_of_sample"] < min_share:
        raise CheckFailed(
            f"{100 * found['share_of_sample']:.0f} % of the sample is verified, {100 * min_share:g} % is asked; run `sayso verify`"
        )


def _show_report(found: dict[str, Any]) -> None:
    out = terminal.stdout()
    out.print(f"verified    {found['verified']} of {found['sample']} ({100 * found['share_of_rows']:.1f} % of all rows)", markup=False)
    out.print(f"accepted    {found['accepted']}, relabelled {found['relabelled']}, dropped {found['dropped']}", markup=False)
    if found["error_rate"] is not None:
        spread = f"{100 * found['error_rate_low']:.1f} to {100 * found['error_rate_high']:.1f}"
        out.print(f"error rate  {100 * found['error_rate']:.1f} % ({spread})", markup=False)


def _go_through(sample: list[Example], heads: dict[str, Head], corrections: Path) -> None:
    from sayso.quality.session import Session

    name = next((name for name, head in heads.items() if head.type == "choice"), None)
    if name is None:
        raise UsageError("this project has no choice head, whose labels could be verified")
    session = Session(sample, name, list(heads[name].labels), corrections)
    terminal.stdout().print(HELP, style="dim", markup=False)
    while session.current is not None:
        _show_row(session, heads[name])
        if not _act(session):
            break
    terminal.say(f"\n{session.done} of {len(sample)} verified, {session.corrected} corrected; decisions are in {corrections}")


def _show_row(session: Session, head: Head) -> None:
    from rich.text import Text

    row = session.current
    if row is None:
        return
    label = str(row.labels.get(session.head))
    about = head.labels[label].description if label in head.labels else ""
    line = Text().append(f"\n{session.done + 1}/{len(session.sample)}  {session.corrected} corrected\n", style="dim")
    line.append(terminal.visible(row.text), style="bold").append("\n")
    line.append(label, style="cyan").append(f"  {about}" if about else "", style="dim")
    terminal.stdout().print(line)


def _act(session: Session) -> bool:
    """Do what the next key says; False to stop."""
    from sayso.cli.keys import read_key

    key = read_key().lower()
    if key in ("", "q"):
        return False
    if key in ("\n", "a"):
        session.accept()
    elif key == "d":
        session.drop()
    elif key == "s":
        session.skip()
    elif key == "u":
        terminal.stdout().print("taken back" if session.undo() else "nothing to take back", style="dim")
    elif key == "r":
        _relabel(session)
    else:
        terminal.stdout().print(HELP, style="dim", markup=False)
    return True


def _relabel(session: Session) -> None:
    """Ask for a label until there is one; an empty answer changes nothing."""
    out = terminal.stdout()
    for number, label in enumerate(session.labels, start=1):
        out.print(f"{number:>4}  {label}", markup=False)
    while True:
        out.print("label (number or name; Enter: back): ", end="")
        answer = sys.stdin.readline()
        if not answer.strip():
            return
        try:
            session.relabel(answer)
        except UsageError as error:
            out.print(str(error), style="red", markup=False)
        else:
            return
