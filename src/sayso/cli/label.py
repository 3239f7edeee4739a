"""`sayso label`: say what texts mean, one after the other, without a server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.errors import DataError, SaysoError, UsageError, nearest

if TYPE_CHECKING:
    from sayso.labeling.items import Item
    from sayso.labeling.labels import LabelSets
    from sayso.labeling.session import Session
    from sayso.project import Project


def label(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Texts: .jsonl, .csv, .parquet, .txt, or what `sayso predict --json` prints.")
    ] = None,
    project: ProjectOption = Path("."),
    head: Annotated[str | None, typer.Option("--head", metavar="HEAD", help="Ask about this head alone.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where the labels go: .jsonl or .csv; default: FILE.labels.jsonl.")
    ] = None,
    guide: Annotated[bool, typer.Option("--guide", help="Show first what each label means; without FILE, show nothing else.")] = False,
    blind: Annotated[bool, typer.Option("--blind", help="Do not show what the model says.")] = False,
    redact: Annotated[
        bool, typer.Option("--redact", help="Take personal data out of the texts, as a server of this project does.")
    ] = False,
    report: Annotated[bool, typer.Option("--report", help="Only tell what was done, and write the labels.")] = False,
    beside: Annotated[
        Path | None, typer.Option("--beside", metavar="LABELS", help="Tell, too, how far another person's labels agree; asks nothing.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what texts mean, one after the other.

    What helps a model most comes first, if one has said how sure it is: in FILE, or the project's bundle, which is asked. One key is one
    label. Each is on disk before the next text is shown; quit when you like, it goes on from there. `sayso retrain --labels` learns from
    the result.
    """
    from sayso.project import Project

    loaded = Project.load(project)
    if guide:
        _show_guide(loaded, head)
    if file is None:
        if not guide:
            raise UsageError("name the file with the texts: sayso label FILE")
        return
    only_tell = report or beside is not None or as_json
    out = _where(file, out)
    session = _session(loaded, file, head, out, _redactor(loaded) if redact else str, ask=not only_tell)
    if not session.items:
        raise DataError("there is no text in it", file)
    try:
        if not only_tell:
            _sit(session, loaded, blind)
    finally:
        _write(session, out)
    if only_tell:
        _tell(session, loaded.retrain.min_per_label, beside, as_json)
    terminal.say(f"{session.done} of {len(session.items)} labelled; the labels are in {out}" if session.said else "nothing is labelled yet")


def _where(file: Path, out: Path | None) -> Path:
    """The file of the result; one that is there and is no earlier result is not overwritten."""
    out = out or file.with_suffix(".labels.jsonl")
    if out.suffix not in (".jsonl", ".csv"):
        raise UsageError(f"{out}: the name of this file ends in none of .jsonl, .csv")
    if out.exists() and not _journal(out).exists():
        raise UsageError(f"{out} is there already, and is not what `sayso label` wrote; name another file with --out")
    return out


def _journal(out: Path) -> Path:
    return out.with_suffix(".decisions")


def _session(project: Project, file: Path, head: str | None, out: Path, redacted: Callable[[str], str], *, ask: bool) -> Session:
    from sayso.labeling.items import read_items
    from sayso.labeling.labels import LabelSets
    from sayso.labeling.session import Session
    from sayso.registry.stamps import stamp

    sets = LabelSets.of_project(project)
    if not sets.heads:
        raise UsageError("people are not asked which pieces of a text are marked, and this project's heads do nothing else")
    items = read_items(file, sets, redacted)
    if ask and not any(item.guesses for item in items):
        items = _asked(project, items, sets)
    return Session(items, sets, [head] if head else list(sets.heads), _journal(out), stamp("").who)


def _asked(project: Project, items: list[Item], sets: LabelSets) -> list[Item]:
    """The items with what the project's bundle says of them; as they are if there is none."""
    from sayso.artifacts import MANIFEST
    from sayso.labeling.items import ask
    from sayso.loading import load

    bundle = project.build / "bundle"
    if not (bundle / MANIFEST).is_file():
        return items
    try:
        with terminal.progress() as progress, load(bundle) as model:
            return ask(model, items, sets, progress)
    except SaysoError as error:
        terminal.say(f"in the order of the file, since the project's model does not work: {error}")
        return items


def _redactor(project: Project) -> Callable[[str], str]:
    from sayso.labeling.redact import Redactor

    redactor = Redactor.of(project.labeling.redact)
    return lambda text: redactor(text).text


def _sit(session: Session, project: Project, blind: bool) -> None:
    from sayso.cli.asking import Desk

    Desk(session, project, blind).sit()


def _write(session: Session, out: Path) -> None:
    """The labels so far, whole or not at all."""
    from sayso.artifacts import new_file
    from sayso.labeling.files import write_csv, write_jsonl

    rows = list(session.labelled())
    if not rows and not out.exists():
        return
    if out.suffix == ".csv":
        columns = dict.fromkeys(key for row in rows for key in row)
        rows = [dict.fromkeys(columns) | row for row in rows]
    write = write_csv if out.suffix == ".csv" else write_jsonl
    with new_file(out) as part, open(part, "wb") as stream:
        stream.writelines(write(rows, session.sets))


def _show_guide(project: Project, head: str | None) -> None:
    from sayso.cli.question import show_guide

    if head is not None and head not in project.heads:
        raise UsageError(f"there is no head {head!r}{nearest(head, project.heads)}")
    for name in [head] if head else project.heads:
        show_guide(project, name, list(project.heads[name].labels))


def _tell(session: Session, wanted: int, other: Path | None, as_json: bool) -> None:
    from sayso.labeling.files import read_labelled
    from sayso.labeling.report import beside, report

    told: dict[str, Any] = report(session)
    if other is not None:
        told["beside"] = beside(session, read_labelled(other, session.sets))
    if as_json:
        terminal.print_json(told)
    else:
        from sayso.cli.label_report import show_report

        show_report(told, wanted)
