"""A URL -> Database: short transactions on SQLite or PostgreSQL, shared by threads and by other processes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from sayso.errors import MissingExtra, Unreachable, UsageError
from sayso.server.store.schema import check_schema

DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
SECONDS_FOR_A_LOCK = 15
WRITES = "sayso_writes"
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""The insert of each kind that can say what to do about a row that is there already."""


class StoreUnavailable(Unreachable):
    """The database does not answer."""


class Database:
    """`reading()` and `writing()` give a session that is one transaction; what `writing()` changed is on disk when it ends."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reads = engine.execution_options()
        self._writes = engine.execution_options(**{WRITES: True})

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that changes nothing."""
        with _told_if_away(self.engine), Session(self._reads, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed at its end, and undone by any error."""
        with _told_if_away(self.engine), Session(self._writes, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Connect, and make the tables in a new database. One of an older or newer sayso is refused, with what to do."""
    engine = open_engine(url)
    with _told_if_away(engine):
        check_schema(engine, url)
    return Database(engine)


def open_engine(url: str) -> Engine:
    """The connections to a database, whatever is in it."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError(f"{url!r} is no database; write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME") from None
    if parsed.drivername in DRIVERS:
        parsed = parsed.set(drivername=DRIVERS[parsed.drivername])
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(parsed)
    if backend != "postgresql":
        raise UsageError(f"sayso keeps its data in SQLite or PostgreSQL, not in {backend}")
    try:
        return create_engine(parsed, pool_size=10, max_overflow=10, pool_pre_ping=True, connect_args={"connect_timeout": 5})
    except ModuleNotFoundError:
        raise MissingExtra("A server on PostgreSQL", "server") from None


def _open_sqlite(url: Any) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": SECONDS_FOR_A_LOCK, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says, not where sqlite3 guesses
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        """Whoever will write waits for the lock now: taken later, it could not be had without failing."""
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _told_if_away(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        place = engine.url.render_as_string(hide_password=True)
        raise StoreUnavailable(f"the database {place} does not answer: {str(error.orig).strip().splitlines()[0]}") from error
