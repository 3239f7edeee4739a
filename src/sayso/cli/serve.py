"""`sayso serve`: a model in production, over HTTP and on pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import ProjectOption

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database-url", metavar="URL", envvar="SAYSO_DATABASE_URL", help="sqlite:///FILE or postgresql://…; default: server/sayso.db."
    ),
]


def serve(
    project: ProjectOption = Path(),
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="SOURCE",
            help="A folder, registry:NAME@ALIAS, a hub id or zero-shot; default: SAYSO_MODEL, else the project's bundle.",
        ),
    ] = None,
    shadow: Annotated[
        str | None,
        typer.Option(
            "--shadow", metavar="SOURCE", help="A candidate: asked a share of what --model is, and compared with it; it answers nobody."
        ),
    ] = None,
    host: Annotated[str, typer.Option("--host", envvar="SAYSO_HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", envvar="SAYSO_PORT", min=0, max=65535, help="The port to listen on.")] = 8080,
    workers: Annotated[int, typer.Option("--workers", envvar="SAYSO_WORKERS", min=1, help="Processes that answer.")] = 1,
    database_url: DatabaseOption = None,
    behind: Annotated[
        str | None,
        typer.Option("--behind", metavar="IPS", envvar="SAYSO_BEHIND", help="Proxies whose X-Forwarded-For and -Proto are believed."),
    ] = None,
    tls: Annotated[tuple[str, str] | None, typer.Option("--tls", metavar="CERT KEY", help="Serve https with these files.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Open the database and the model, say that it works, and end.")] = False,
) -> None:
    """Serve a model over HTTP, with pages to watch and steer it.

    The first start prints an admin's token, once. A promotion, a rollback or a new build is taken over while it runs.
    Ctrl-C, or SIGTERM, answers what was taken and ends. Every setting and how to run it: docs/operations.md.
    """
    from sayso.server.logs import log_on_stderr
    from sayso.server.serve import first_token, run_server
    from sayso.server.settings import read_settings

    log_on_stderr()
    settings = read_settings(project=project, model=model, shadow=shadow, database_url=database_url)
    _check(settings)
    if check:
        terminal.say("The database and the model are there, and the model answers as it should.")
        return
    token = first_token(settings)
    out, scheme = terminal.stdout(), "https" if tls else "http"
    out.print(f"{scheme}://{host}:{port}/", markup=False)
    if token:
        out.print(f"log in there with this admin's token, shown this once: {token}", markup=False)
    run_server(settings, host, port, workers, behind=behind, tls=tls)


def _check(settings: object) -> None:
    """Fail here, in one line, rather than in a process of uvicorn's."""
    from sayso.server.answering.source import open_source, source_of
    from sayso.server.labeling.desk import project_of
    from sayso.server.settings import Settings
    from sayso.server.store import open_database

    assert isinstance(settings, Settings)
    project_of(settings)
    open_database(settings.database).close()
    open_source(source_of(settings), settings)
