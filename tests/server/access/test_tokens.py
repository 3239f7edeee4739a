"""Tokens: shown once, kept hashed, worthless once expired or revoked."""

import datetime

import pytest

from sayso.errors import InputError, UsageError
from sayso.server.access.roles import Who
from sayso.server.access.tokens import create_token, find_token, list_tokens, parse_duration, revoke_token
from sayso.server.audit import entries
from sayso.server.store import open_database


@pytest.fixture
def database(database_url):
    database = open_database(database_url)
    yield database
    database.close()


def make(database, role="app", name="shop", expires=None):
    with database.writing() as transaction:
        return create_token(transaction, role, name, expires)


def look_up(database, token):
    with database.reading() as transaction:
        return find_token(transaction, token)


def test_a_token_opens_its_role_and_is_kept_nowhere(database):
    token = make(database, "expert", "Ada")
    who = look_up(database, token)
    assert (who.name, who.role) == ("Ada", "expert")
    with database.reading() as transaction:
        (kept,) = list_tokens(transaction)
    secret = token.split("_", 2)[2]
    assert secret not in repr(vars(kept))
    assert len(secret) == 43


def test_what_is_mistyped_forged_or_somebody_elses_opens_nothing(database):
    token, other = make(database), make(database)
    identity, secret = token.split("_", 2)[1:]
    forged = [
        f"sayso_{other.split('_')[1]}_{secret}",
        f"sayso_00000000_{secret}",
        token[:-1],
        token + "x",
        token.upper(),
        "",
        "sayso__",
        "' OR 1=1 --",
    ]
    assert [one for one in forged if look_up(database, one)] == []
    assert look_up(database, token).token_id == identity


def test_an_expired_token_is_worthless(database):
    assert look_up(database, make(database, expires=datetime.timedelta(seconds=-1))) is None
    assert look_up(database, make(database, expires=datetime.timedelta(minutes=1)))


def test_a_revoked_token_is_worthless_for_ever_and_revoking_twice_is_no_error(database):
    token = make(database)
    identity = token.split("_")[1]
    for _ in range(2):
        with database.writing() as transaction:
            revoke_token(transaction, identity, by="Ada")
    assert look_up(database, token) is None
    with database.reading() as transaction:
        assert [(entry.action, entry.who) for entry in entries(transaction)] == [("token.revoke", "Ada"), ("token.create", "command line")]


def test_an_unknown_id_or_role_is_answered_with_the_nearest(database):
    identity = make(database).split("_")[1]
    with database.writing() as transaction, pytest.raises(InputError, match=identity):
        revoke_token(transaction, identity[:-1] + "z")
    with database.writing() as transaction, pytest.raises(UsageError, match="did you mean 'expert'"):
        create_token(transaction, "exprt", "Ada")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "two\nlines", "nul\0"])
def test_a_token_needs_a_name_that_can_be_shown(database, name):
    with database.writing() as transaction, pytest.raises(UsageError, match="needs a name"):
        create_token(transaction, "app", name)


def test_a_role_includes_those_below_it():
    expert = Who("1", "Ada", "expert")
    assert [expert.may(role) for role in ("app", "expert", "admin")] == [True, True, False]


def test_time_spans_are_read_and_nonsense_is_refused():
    assert parse_duration("90d") == datetime.timedelta(days=90)
    assert parse_duration(" 1y ") == datetime.timedelta(days=365)
    for wrong in ("90", "d", "0d", "-1d", "1.5h", "90 days", "99999y"):
        with pytest.raises(UsageError, match="no time span"):
            parse_duration(wrong)
