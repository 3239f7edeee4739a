"""A database -> one file, and back: SQLite by its own copying, PostgreSQL by its own tools."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url

from sayso.artifacts import new_file
from sayso.errors import ArtifactError, InputError, MissingExtra
from sayso.server.store.database import open_engine
from sayso.server.store.schema import check_schema


def backup(url: str, file: Path) -> None:
    """Write the database, as it is at one moment, to a file, whole or not at all. Servers may go on meanwhile."""
    parsed = make_url(url)
    check_schema(open_engine(url), url)
    file.parent.mkdir(parents=True, exist_ok=True)
    with new_file(file) as part:
        if parsed.get_backend_name() == "sqlite":
            with closing(sqlite3.connect(str(parsed.database))) as source, closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
        else:
            _run(parsed, "pg_dump", "--format=custom", "--file", str(part))


def restore(url: str, file: Path) -> None:
    """Put what a backup holds in the place of all that is in the database; all of it or nothing."""
    if not file.is_file():
        raise InputError("there is no such file", file)
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _restore_sqlite(Path(str(parsed.database)), file)
    else:
        _run(
            parsed,
            "pg_restore",
            "--clean",
            "--if-exists",
            "--single-transaction",
            "--no-owner",
            "--dbname",
            str(parsed.database),
            str(file),
        )
    check_schema(open_engine(url), url)


def _restore_sqlite(database: Path, file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source:
            whole = source.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            if not whole or not source.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
                raise ArtifactError("this is no whole backup of a sayso database", file)
            database.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(database)) as target:
                source.backup(target)
    except sqlite3.DatabaseError as error:
        raise ArtifactError(f"this is no backup of a sayso database: {error}", file) from None


def _run(url: URL, tool: str, *args: str) -> None:
    """Call one of PostgreSQL's own programs; the password goes by the environment, where nobody sees it in a list of processes."""
    place: dict[str, object] = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    place |= {f"PG{name.upper()}": value for name, value in url.query.items() if name in {"host", "port"}}
    environment = os.environ | {name: str(value) for name, value in place.items() if value is not None}
    try:
        result = subprocess.run([tool, *args], env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise MissingExtra(f"{tool} is not installed (Debian: postgresql-client). A backup of PostgreSQL", "server") from None
    if result.returncode:
        raise ArtifactError(f"{tool} failed: {(result.stderr.strip().splitlines() or ['it said nothing'])[-1]}", url.render_as_string())
