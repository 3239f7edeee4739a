"""`sayso import-labels`: labels and texts from elsewhere, taken in by a server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.cli.serve import DatabaseOption
from sayso.cli.sources import labels_of_server
from sayso.errors import DataError

if TYPE_CHECKING:
    from sayso.labeling.labels import LabelSets
    from sayso.server.labeling.imports import Row


def import_labels(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Rows with a `text`: .jsonl, .csv, .parquet or .txt.")],
    project: ProjectOption = Path(),
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take labels and texts into a server's database.

    Rows with a `label`, or with an answer under the name of a head, are settled; the others wait for a person. What is settled there
    already stays as it is. All files are read first: one row that cannot be used, and nothing is taken in.
    """
    from dataclasses import asdict

    from sayso.labeling.redact import Redactor
    from sayso.project import FILE_NAME, Labeling, Project
    from sayso.server.audit import SYSTEM
    from sayso.server.labeling.imports import import_rows
    from sayso.server.settings import read_settings
    from sayso.server.store import open_database

    settings = read_settings(project=project, database_url=database_url)
    sets = labels_of_server(settings)
    counts = {file: sum(1 for _ in _rows(file, sets)) for file in files}
    if empty := [file for file, rows in counts.items() if not rows]:
        raise DataError("there are no rows in this file", empty[0])
    has_project = project.is_file() or (project / FILE_NAME).is_file()
    rules = Project.load(project).labeling if has_project else Labeling()
    told: Counter[str] = Counter()
    database = open_database(settings.database)
    try:
        for file in files:
            told.update(asdict(import_rows(database, _rows(file, sets), SYSTEM, Redactor.of(rules.redact), rules.second_opinions)))
    finally:
        database.close()
    if as_json:
        terminal.print_json(dict(told))
        return
    terminal.say(f"{told['settled']:,} settled, {told['waiting']:,} waiting to be labelled, {told['known']:,} known before")
    if told["different"]:
        terminal.say(f"{told['different']:,} are settled differently on the server, and stay so")


def _rows(file: Path, sets: LabelSets) -> Iterator[Row]:
    from sayso.labeling.files import read_labelled

    return ((row.text, row.answer) for row in read_labelled(file, sets))
