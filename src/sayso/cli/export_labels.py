"""`sayso export-labels`: what people have answered on a server, as a file to learn from."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.cli.serve import DatabaseOption
from sayso.cli.sources import labels_of_server
from sayso.errors import CheckFailed, UsageError, nearest

if TYPE_CHECKING:
    from sayso.labeling.labels import LabelSets
    from sayso.server.store.database import Database

FORMATS, DIALECTS = ("jsonl", "csv"), ("sayso", "label")


def export_labels(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file, or a folder for a new file; default: stdout.")
    ] = None,
    format: Annotated[str | None, typer.Option("--format", metavar="jsonl|csv", help="Default: as FILE ends, or jsonl.")] = None,
    dialect: Annotated[
        str,
        typer.Option("--dialect", metavar="sayso|label", help="sayso: one key a head and all that is known; label: text and label alone."),
    ] = "sayso",
    since: Annotated[
        str | None, typer.Option("--since", metavar="last", help="Only what is new since the last export that has arrived.")
    ] = None,
    project: ProjectOption = Path(),
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down what people have answered on a server.

    A file is written whole or not at all, and only when it is on disk does the export count as arrived: `--since last` begins after it
    then. What goes to stdout never counts, as nobody knows who read it. Exit code 1 if there is nothing to write.
    """
    from sayso.server.settings import read_settings
    from sayso.server.store import open_database

    kind = _checked(output, format, dialect, since, as_json)
    settings = read_settings(project=project, database_url=database_url)
    if not settings.has_database:
        raise CheckFailed(
            "nothing was labelled yet: this project has no server's database; `sayso serve` makes one, --database-url names one"
        )
    database = open_database(settings.database)
    try:
        _export(database, labels_of_server(settings), output, kind, dialect, since, as_json)
    finally:
        database.close()


def _checked(output: Path | None, format: str | None, dialect: str, since: str | None, as_json: bool) -> str:
    """The format, if everything that was asked for makes sense."""
    is_folder = output is None or output.is_dir()
    kind = format or ("jsonl" if is_folder or output is None else output.suffix.removeprefix("."))
    if kind not in FORMATS:
        raise UsageError(f"labels are written as {' or '.join(FORMATS)}, not {kind!r}{nearest(kind, FORMATS)}")
    if dialect not in DIALECTS:
        raise UsageError(f"--dialect is {' or '.join(DIALECTS)}, not {dialect!r}{nearest(dialect, DIALECTS)}")
    if since not in (None, "last"):
        raise UsageError(f"--since takes `last` alone, not {since!r}")
    if output is None and as_json:
        raise UsageError("--json goes with --output, as the labels take stdout otherwise")
    if since and output and output.exists() and not is_folder:
        raise UsageError(f"{output} is there already, and what is in it may not be new any more; move it away, or name a folder")
    return kind


def _export(database: Database, sets: LabelSets, output: Path | None, kind: str, dialect: Any, since: str | None, as_json: bool) -> None:
    from sayso.labeling.files import write_csv, write_jsonl
    from sayso.server.audit import SYSTEM
    from sayso.server.labeling.exports import acknowledge, begin, rows_of
    from sayso.server.problems import Problem

    try:
        begun = begin(database, SYSTEM, since_last=since == "last", only=sets.main if dialect == "label" else None)
    except Problem as problem:
        raise CheckFailed(problem.message) from None
    pieces = (write_csv if kind == "csv" else write_jsonl)(rows_of(database, begun), sets, dialect)
    if output is None:
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.buffer.flush()
    else:
        output = output / f"labels-{begun.id:06}.{kind}" if output.is_dir() else output
        _write(output, pieces)
        with database.writing() as transaction:
            acknowledge(transaction, begun.id, SYSTEM)
    if as_json:
        terminal.print_json({"rows": begun.rows, "output": str(output), "export": begun.id})
    else:
        terminal.say(f"{begun.rows:,} rows" + (f" -> {output}" if output else "; to stdout, so that they count as new still"))


def _write(file: Path, pieces: Iterable[bytes]) -> None:
    """The file, whole or not at all; when this returns it is on disk, under its name."""
    from sayso.artifacts import flush_folder, new_file

    with new_file(file) as part, open(part, "wb") as stream:
        stream.writelines(pieces)
    flush_folder(file.parent)
