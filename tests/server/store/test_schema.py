"""The database: made when it is new, refused when it is not ours, upgraded whole or not at all."""

import subprocess
import sys
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from sayso.errors import SaysoError, UsageError
from sayso.server.access.tokens import create_token, list_tokens
from sayso.server.store import open_database, upgrade
from sayso.server.store.database import StoreUnavailable, open_engine
from sayso.server.store.schema import SchemaMismatch, newest
from sayso.server.store.tables import Table


def test_a_new_database_gets_its_tables_and_they_are_those_the_code_knows(database_url):
    database = open_database(database_url)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []
    database.close()


def test_a_database_of_a_newer_sayso_is_refused_with_what_to_do(database_url):
    database = open_database(database_url)
    with database.writing() as transaction:
        transaction.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(SchemaMismatch, match="newer sayso; install that one"):
        open_database(database_url)
    with pytest.raises(SchemaMismatch, match="newer sayso"):
        upgrade(open_engine(database_url))


def test_a_database_without_the_newest_tables_is_refused_until_it_is_upgraded(database_url):
    engine = open_engine(database_url)
    with engine.execution_options(sayso_writes=True).begin() as connection:
        connection.execute(text("CREATE TABLE something (id INTEGER)"))
    with pytest.raises(SchemaMismatch, match="sayso db upgrade"):
        open_database(database_url)
    assert upgrade(engine) == (None, newest())
    assert upgrade(engine) == (newest(), newest())
    open_database(database_url).close()
    engine.dispose()


def test_many_processes_that_start_at_once_make_the_tables_once(database_url):
    problems = []

    def start():
        try:
            open_database(database_url).close()
        except SaysoError as error:
            problems.append(error)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_process_that_is_killed_while_it_upgrades_leaves_the_database_as_it_was(database_url):
    program = """
import os, signal, sys
from sqlalchemy import event
from sayso.server.store.database import open_engine
from sayso.server.store.schema import upgrade
engine = open_engine(sys.argv[1])
seen = 0
@event.listens_for(engine, "after_cursor_execute")
def count(connection, cursor, statement, *rest):
    global seen
    seen += statement.lstrip().upper().startswith("CREATE TABLE")
    if seen == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
upgrade(engine)
"""
    for created in (1, 3, 6):
        killed = subprocess.run([sys.executable, "-c", program, database_url, str(created)], capture_output=True, check=False)
        assert killed.returncode == -9, killed.stderr
        engine = open_engine(database_url)
        assert inspect(engine).get_table_names() == []
        engine.dispose()
    database = open_database(database_url)
    with database.reading() as transaction:
        assert list_tokens(transaction) == []
    database.close()


def test_an_error_undoes_the_whole_transaction(database_url):
    database = open_database(database_url)
    with pytest.raises(ZeroDivisionError), database.writing() as transaction:
        create_token(transaction, "app", "one")
        transaction.flush()
        raise ZeroDivisionError
    with database.reading() as transaction:
        assert list_tokens(transaction) == []
    database.close()


def test_many_threads_write_at_once_and_nothing_is_lost(database_url):
    database = open_database(database_url)

    def write():
        for _ in range(10):
            with database.writing() as transaction:
                create_token(transaction, "app", "one")

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as transaction:
        assert len(list_tokens(transaction)) == 80
    database.close()


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", "postgresql:/", ""])
def test_what_is_no_database_is_told(url):
    with pytest.raises((UsageError, StoreUnavailable)):
        open_database(url)


def test_a_database_that_is_away_is_told_without_its_password():
    with pytest.raises(StoreUnavailable, match="does not answer") as told:
        open_database("postgresql://me:secret@127.0.0.1:9/none")
    assert "secret" not in str(told.value)
