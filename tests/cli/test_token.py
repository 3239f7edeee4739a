"""`sayso token` and `sayso db`: who may use a server, and what it keeps."""

import json

import pytest

from sayso.cli.db import db
from sayso.cli.token import token
from sayso.errors import InputError, UsageError
from sayso.server.access.tokens import find_token
from sayso.server.store import open_database


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'server.db'}"


def made(capsys, **options):
    token("create", as_json=True, **options)
    return json.loads(capsys.readouterr().out)


def test_a_token_is_shown_once_on_stdout_and_nothing_else_there(url, capsys):
    token("create", role="expert", name="Ada", expires="90d", database_url=url)
    shown = capsys.readouterr().out.strip()
    database = open_database(url)
    with database.reading() as transaction:
        who = find_token(transaction, shown)
    database.close()
    assert (who.name, who.role) == ("Ada", "expert")
    token("list", database_url=url)
    listed = capsys.readouterr().out
    assert who.token_id in listed
    assert "Ada" in listed
    assert shown not in listed


def test_a_list_tells_which_tokens_are_valid_and_a_revoked_one_is_not(url, capsys):
    first, second = made(capsys, database_url=url), made(capsys, database_url=url)
    token("revoke", first["id"], database_url=url)
    token("list", as_json=True, database_url=url)
    states = {row["id"]: row["state"] for row in json.loads(capsys.readouterr().out)["tokens"]}
    assert states == {first["id"]: "revoked", second["id"]: "valid"}


def test_wrong_words_are_answered_with_what_can_be_said(url):
    with pytest.raises(UsageError, match="did you mean 'create'"):
        token("creat", database_url=url)
    with pytest.raises(UsageError, match="by its id"):
        token("revoke", database_url=url)
    with pytest.raises(UsageError, match="by its id"):
        token("list", "abc", database_url=url)
    with pytest.raises(InputError, match="no token 'abc'"):
        token("revoke", "abc", database_url=url)
    with pytest.raises(UsageError, match="no time span"):
        token("create", expires="soon", database_url=url)


def test_a_database_is_upgraded_backed_up_and_restored(url, tmp_path, capsys):
    db("upgrade", database_url=url)
    first = made(capsys, database_url=url)
    db("backup", tmp_path / "backup.db", database_url=url)
    made(capsys, database_url=url)
    db("restore", tmp_path / "backup.db", database_url=url)
    token("list", as_json=True, database_url=url)
    assert [row["id"] for row in json.loads(capsys.readouterr().out)["tokens"]] == [first["id"]]


def test_a_backup_needs_a_file_and_an_upgrade_none(url, tmp_path):
    with pytest.raises(UsageError, match="name the backup's file"):
        db("backup", database_url=url)
    with pytest.raises(UsageError, match="takes no file"):
        db("upgrade", tmp_path / "x", database_url=url)
    with pytest.raises(UsageError, match="did you mean 'backup'"):
        db("bakup", database_url=url)
