"""What was compared is summed up by whichever process, on whichever database, and nothing of it is lost."""

import datetime
import subprocess
import sys

import psycopg
import pytest
from sqlalchemy import event, select

from sayso.server.monitoring import comparing
from sayso.server.monitoring.comparing import Compared, Comparisons
from sayso.server.monitoring.comparison import compare
from sayso.server.store import open_database
from sayso.server.store.tables import Shadow

NOW = datetime.datetime(2026, 5, 20, 12, 30, tzinfo=datetime.UTC)
AGREED = Compared("tiny@1", "tiny@2", "a", "a")
VALUES = {"confidence": 0.9, "candidate_confidence": 0.8, "seconds": 0.002, "candidate_seconds": 0.003}


@pytest.fixture
def database(database_url):
    opened = open_database(database_url)
    yield opened
    opened.close()


def rows(database):
    with database.reading() as transaction:
        return transaction.scalars(select(Shadow).order_by(Shadow.hour)).all()


def test_answers_of_one_hour_and_pair_are_one_row(database, monkeypatch):
    comparisons = Comparisons(database, days=90)
    for minutes in (0, 5, 29, 31):
        moment = (NOW + datetime.timedelta(minutes=minutes)).timestamp()
        monkeypatch.setattr(comparing.time, "time", lambda moment=moment: moment)
        comparisons.add(AGREED, **VALUES)
        assert comparisons.write()
    assert [(row.hour.hour, row.answers) for row in rows(database)] == [(12, 3), (13, 1)]
    assert rows(database)[0].candidate_seconds == pytest.approx(0.009)


def test_names_longer_than_a_column_are_cut_not_refused(database):
    comparisons = Comparisons(database, days=90)
    comparisons.add(Compared("v" * 500, "c" * 500, "l" * 500, "m" * 500), **VALUES)
    assert comparisons.write()
    with database.reading() as transaction:
        assert compare(transaction, "v" * 500, "c" * 500).answers == 1


def test_processes_that_compare_at_once_lose_nothing(database_url, database):
    program = """
import sys
from sayso.server.monitoring.comparing import Compared, Comparisons
from sayso.server.store import open_database
comparisons = Comparisons(open_database(sys.argv[1]), 90)
for turn in range(40):
    for label in "abcdefgh" if turn % 2 else "hgfedcba":
        comparisons.add(Compared("1", "2", label, "a"), confidence=0.5, candidate_confidence=0.25, seconds=1.0, candidate_seconds=2.0)
    assert comparisons.write()
"""
    writers = [subprocess.Popen([sys.executable, "-c", program, database_url]) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with database.reading() as transaction:
        found = compare(transaction, "1", "2")
    assert (found.answers, found.agreement) == (640, 1 / 8)
    assert (found.confidence.production, found.milliseconds.candidate) == (0.5, 2000)


def test_a_database_that_is_away_gets_the_sums_when_it_is_back(postgres, postgres_url):
    database = open_database(postgres_url)
    comparisons = Comparisons(database, days=90)
    name = database.engine.url.database

    def allow(connections):
        with psycopg.connect(postgres.format(name="postgres"), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {connections}")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    comparisons.add(AGREED, **VALUES)
    allow("false")
    for _ in range(2):
        assert not comparisons.write()
        comparisons.add(AGREED, **VALUES)
    assert comparisons.waiting == 1
    allow("true")
    assert comparisons.write()
    assert [row.answers for row in rows(database)] == [3]
    assert comparisons.waiting == 0
    database.close()


def test_what_waits_for_a_database_takes_no_more_memory_than_it_may(tmp_path, monkeypatch):
    database = open_database(f"sqlite:///{tmp_path / 'sayso.db'}")
    monkeypatch.setattr(comparing, "MOST_ROWS", 50)
    comparisons = Comparisons(database, days=90)
    refuse = lambda *args: (_ for _ in ()).throw(comparing.SaysoError("away"))  # noqa: E731
    event.listen(database.engine, "begin", refuse)
    for hour in range(200):
        moment = (NOW + datetime.timedelta(hours=hour)).timestamp()
        monkeypatch.setattr(comparing.time, "time", lambda moment=moment: moment)
        comparisons.add(AGREED, **VALUES)
        assert not comparisons.write()
    assert comparisons.waiting == 50
    event.remove(database.engine, "begin", refuse)
    assert comparisons.write()
    assert rows(database)[0].hour == NOW.replace(minute=0) + datetime.timedelta(hours=150), "the newest are kept"
    database.close()


def test_what_is_older_than_it_is_kept_is_forgotten(database, monkeypatch):
    comparisons = Comparisons(database, days=30)
    for days in (0, 29, 31, 400):
        moment = (NOW - datetime.timedelta(days=days)).timestamp()
        monkeypatch.setattr(comparing.time, "time", lambda moment=moment: moment)
        comparisons.add(AGREED, **VALUES)
    comparisons.write()
    comparisons.tidy(NOW)
    assert len(rows(database)) == 2
