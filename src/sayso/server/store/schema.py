"""Which tables a database has: made, upgraded in one transaction, or refused with what to do."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect, text

from sayso.errors import InputError

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 5_727_296
"""The number by which processes that upgrade the same PostgreSQL database know each other."""


class SchemaMismatch(InputError):
    """The database was made by another version of sayso."""


def check_schema(engine: Engine, url: str) -> None:
    """Make the tables of a new database; refuse one whose tables are older or newer than this sayso."""
    with engine.connect() as connection:
        found = _revision(connection)
        empty = found is None and not inspect(connection).get_table_names()
    if empty:
        upgrade(engine)
    elif found != newest():
        place = engine.url.render_as_string(hide_password=True)
        if found is not None and not _known(found):
            raise SchemaMismatch("this database was made by a newer sayso; install that one, or restore a backup", place)
        raise SchemaMismatch("this database was made by an older sayso; back it up (sayso db backup), then run: sayso db upgrade", place)


def upgrade(engine: Engine, to: str = "head") -> tuple[str | None, str | None]:
    """Bring the tables up to date, all of it or nothing; the revisions before and after. Several processes may try at once."""
    with engine.execution_options(sayso_writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        before = _revision(connection)
        if before is not None and not _known(before):
            raise SchemaMismatch("this database was made by a newer sayso; install that one, or restore a backup", engine.url.database)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        return before, _revision(connection)


def newest() -> str:
    """The revision that this sayso works with."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known(revision: str) -> bool:
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
