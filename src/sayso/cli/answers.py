"""What people have answered, wherever it is kept -> labels to learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sayso.errors import DataError

if TYPE_CHECKING:
    from sayso.project import Project
    from sayso.retrain import Given

FOLDER = "labels"
DATABASE = "the server's database"


def labels_for(project: Project, files: Sequence[Path]) -> list[Given]:
    """The labels in these files; if none are named, those in the project's folder of labels, and after them those on its server."""
    from sayso.retrain import labels_in, labels_of

    found = files or sorted((project.folder / FOLDER).glob("*.jsonl"))
    given = [labels_in(path, project.heads) for path in found]
    if not files and (rows := list(answers_on_the_server(project))):
        given.append(labels_of(DATABASE, rows, project.heads))
    if not given:
        raise DataError(
            f"there are no labels to learn from: no file in {FOLDER}/, none on the project's server; name one with --labels FILE",
            project.folder,
        )
    return given


def answers_on_the_server(project: Project) -> Iterator[dict[str, Any]]:
    """The settled answers of the project's server, in the project's own format, as they were settled."""
    try:
        from sayso.server.labeling.exports import settled_rows
        from sayso.server.settings import read_settings
        from sayso.server.store import open_database
    except ModuleNotFoundError:  # without the server's packages there is no server
        return
    settings = read_settings(project=project.folder)
    if not settings.has_database:
        return
    database = open_database(settings.database)
    try:
        yield from settled_rows(database)
    finally:
        database.close()
