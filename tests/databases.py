"""Databases for tests: SQLite in a file, and a real PostgreSQL that is started for the session."""

import contextlib
import getpass
import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg
import pytest

TOOLS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
"""Debian keeps them where no PATH leads."""


@pytest.fixture(scope="session")
def postgres():
    """The URL of a cluster of our own, without the database's name; on a socket in a folder that goes with it."""
    initdb = TOOLS[-1] if TOOLS else Path(shutil.which("initdb") or "")
    if not initdb.is_file():
        pytest.skip("PostgreSQL is not installed; tests/machine.sh says how")
    folder = Path(tempfile.mkdtemp(prefix="sayso-postgres-", dir="/tmp"))
    user = "postgres" if os.getuid() == 0 else getpass.getuser()
    prefix = ["runuser", "-u", user, "--"] if os.getuid() == 0 else []
    if prefix:
        shutil.chown(folder, user)
    data, log = folder / "data", folder / "log"
    run = lambda tool, *args: subprocess.run(  # noqa: E731
        [*prefix, str(initdb.with_name(tool)), *args], check=True, stdout=subprocess.DEVNULL, cwd=folder
    )
    run("initdb", "-D", str(data), "-U", "sayso", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
    run("pg_ctl", "-D", str(data), "-l", str(log), "-w", "-o", f"-c listen_addresses='' -k {folder} -c fsync=off", "start")
    try:
        yield f"postgresql://sayso@/{{name}}?host={folder}"
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def fresh_postgres(postgres):
    """The URL of a database that goes when the block ends."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres.format(name=name)
    with psycopg.connect(postgres.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres):
    """A fresh database on PostgreSQL."""
    with fresh_postgres(postgres) as url:
        yield url


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_database_url(request, tmp_path_factory):
    """A database of each kind for all tests of a module."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'sayso.db'}"
        return
    with fresh_postgres(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """A fresh database of each kind that a server may use."""
    return f"sqlite:///{tmp_path / 'sayso.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
