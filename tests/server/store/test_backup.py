"""A backup holds the database as it was at one moment, and puts it back."""

import sqlite3
import threading

import pytest

from sayso.errors import ArtifactError, InputError
from sayso.server.access.tokens import create_token, list_tokens
from sayso.server.store import open_database
from sayso.server.store.backup import backup, restore


def names_in(url):
    database = open_database(url)
    with database.reading() as transaction:
        found = sorted(token.name for token in list_tokens(transaction))
    database.close()
    return found


def add(url, name):
    database = open_database(url)
    with database.writing() as transaction:
        create_token(transaction, "app", name)
    database.close()


def test_what_came_after_the_backup_is_gone_after_restoring_and_what_was_there_is_back(database_url, tmp_path):
    add(database_url, "before")
    backup(database_url, tmp_path / "backup")
    add(database_url, "after")
    restore(database_url, tmp_path / "backup")
    assert names_in(database_url) == ["before"]


def test_a_backup_made_while_others_write_is_whole(database_url, tmp_path):
    add(database_url, "first")
    stop = threading.Event()

    def write():
        while not stop.is_set():
            add(database_url, "more")

    writer = threading.Thread(target=write)
    writer.start()
    backup(database_url, tmp_path / "backup")
    stop.set()
    writer.join()
    restore(database_url, tmp_path / "backup")
    assert "first" in names_in(database_url)


def test_what_is_no_backup_changes_nothing(database_url, tmp_path):
    add(database_url, "kept")
    (tmp_path / "text").write_text("not a backup")
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE mine (id)").connection.close()
    for wrong in ("text", "other.db"):
        with pytest.raises(ArtifactError):
            restore(database_url, tmp_path / wrong)
    with pytest.raises(InputError, match="no such file"):
        restore(database_url, tmp_path / "nowhere")
    assert names_in(database_url) == ["kept"]
