"""What was answered is counted, by whichever process, on whichever database, and read again by time, label and confidence."""

import datetime
import subprocess
import sys
import threading
import time

import psycopg
import pytest
from sqlalchemy import event, func, select

from running import client_of, settings_in
from sayso.server.monitoring import counting
from sayso.server.monitoring.counting import TrafficCounter
from sayso.server.monitoring.handled import Handled
from sayso.server.monitoring.traffic import (
    Totals,
    Window,
    action_counts,
    confidence_histogram,
    label_counts,
    labels_over_time,
    latency_quantiles,
    start_of,
    texts_over_time,
    totals,
    versions_seen,
)
from sayso.server.store import open_database
from sayso.server.store.tables import Latency, Traffic
from server.monitoring.answers import answer_of

TODAY = datetime.datetime(2026, 5, 20, 12, 30, tzinfo=datetime.UTC)


@pytest.fixture
def database(database_url):
    opened = open_database(database_url)
    yield opened
    opened.close()


def handled_in(milliseconds, path="/v1/classify", status=200):
    return Handled("id", "POST", path, status, milliseconds / 1000, 0, {}, None)


def at(monkeypatch, moment):
    """Let the counter believe that it is then."""
    monkeypatch.setattr(counting.time, "time", moment.timestamp)


def test_what_a_client_asks_is_counted_and_written_when_the_server_stops(tmp_path, database_url):
    settings = settings_in(tmp_path, database_url=database_url)
    with client_of(settings) as client:
        for text in ("who calls login", "who calls main", "grep for TODO"):
            assert client.post("/v1/classify", json={"text": text}).status_code == 200
        client.post("/v1/classify", json={"texts": ["who calls login"] * 5})
        client.post("/v1/classify", json={})
        version = client.app.state.server.production.serving.model_id
    database = open_database(database_url)
    window = Window.last(minutes=5)
    with database.reading() as transaction:
        assert sum(texts_over_time(transaction, window, "minute").values()) == 8
        assert label_counts(transaction, window)["FindCallers"] == 7
        assert sum(action_counts(transaction, window, version).values()) == 8
        assert sum(confidence_histogram(transaction, window, version)) == 8
        assert versions_seen(transaction, window) == [version]
        assert transaction.scalar(select(func.sum(Latency.requests))) == 4, "a refusal has no latency worth knowing"
        assert 0 < latency_quantiles(transaction, window)[0.99] < 5000
    database.close()


def test_each_step_of_a_window_has_its_number_even_if_it_is_none(database, monkeypatch):
    counter = TrafficCounter(database, days=90)
    for hours, label in ((0, "a"), (0, "a"), (0, "b"), (3, "b")):
        at(monkeypatch, TODAY - datetime.timedelta(hours=hours))
        counter.observe(answer_of((label, 0.95), (label, 0.1)), "id")
    counter.write()
    window = Window(TODAY - datetime.timedelta(hours=4), TODAY + datetime.timedelta(minutes=1))
    with database.reading() as transaction:
        assert list(texts_over_time(transaction, window, "hour").values()) == [0, 2, 0, 0, 6]
        assert labels_over_time(transaction, window, "hour") == {"a": [0, 0, 0, 0, 4], "b": [0, 2, 0, 0, 2]}
        assert list(texts_over_time(transaction, window, "day")) == [start_of(TODAY, "day")]
        assert len(texts_over_time(transaction, window, "minute")) == 241
        assert confidence_histogram(transaction, window) == [0, 4, 0, 0, 0, 0, 0, 0, 0, 4]
        assert action_counts(transaction, window) == {"ask": 4, "execute": 4}
        assert totals(transaction, window) == Totals(8, 4)
        assert totals(transaction, window, "tiny@2") == Totals(0, 0)
        assert latency_quantiles(transaction, window) == {}


def test_a_model_without_labels_is_counted_too(database):
    counter = TrafficCounter(database, days=90)
    counter.observe(answer_of((None, 0.0), (None, 0.0)), "id")
    assert counter.write()
    with database.reading() as transaction:
        assert label_counts(transaction, Window.last(hours=1)) == {"": 2}


def test_names_longer_than_a_column_are_cut_not_refused(database):
    counter = TrafficCounter(database, days=90)
    counter.observe(answer_of(("l" * 500, 1.0), version="v" * 500), "id")
    assert counter.write()


def test_quantiles_are_right_to_within_their_bucket(database):
    counter = TrafficCounter(database, days=90)
    for milliseconds in range(1, 1001):
        counter.note(handled_in(milliseconds))
    counter.note(handled_in(999_999))
    for other in (handled_in(1, "/readyz"), handled_in(1, status=429)):
        counter.note(other)
    counter.write()
    with database.reading() as transaction:
        found = latency_quantiles(transaction, Window.last(hours=1), (0.1, 0.5, 0.9, 0.99))
        slowest = latency_quantiles(transaction, Window.last(hours=1), (1.0,))
    assert found == pytest.approx({0.1: 100, 0.5: 500, 0.9: 900, 0.99: 990}, rel=0.01)
    assert slowest == {1.0: 70_000}


def test_processes_that_count_at_once_lose_nothing(database_url):
    open_database(database_url).close()
    program = """
import sys
sys.path.insert(0, "tests")
from sayso.server.monitoring.counting import TrafficCounter
from sayso.server.store import open_database
from server.monitoring.answers import answer_of
counter = TrafficCounter(open_database(sys.argv[1]), 90)
for turn in range(40):
    for label in "abcdefgh" if turn % 2 else "hgfedcba":
        counter.observe(answer_of((label, 0.95)), "id")
    assert counter.write()
"""
    writers = [subprocess.Popen([sys.executable, "-c", program, database_url]) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    database = open_database(database_url)
    with database.reading() as transaction:
        assert label_counts(transaction, Window.last(hours=1)) == dict.fromkeys("abcdefgh", 80)
    database.close()


def test_a_database_that_is_away_gets_what_was_counted_when_it_is_back(postgres, postgres_url):
    database = open_database(postgres_url)
    counter = TrafficCounter(database, days=90)
    name = database.engine.url.database

    def allow(connections):
        with psycopg.connect(postgres.format(name="postgres"), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {connections}")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    counter.observe(answer_of(("a", 0.95)), "id")
    allow("false")
    for _ in range(3):
        assert not counter.write()
        counter.observe(answer_of(("a", 0.95)), "id")
    assert counter.waiting == 1
    allow("true")
    assert counter.write()
    with database.reading() as transaction:
        assert label_counts(transaction, Window.last(hours=1)) == {"a": 4}
    assert (counter.waiting, counter.lost) == (0, 0)
    database.close()


def test_requests_are_answered_as_fast_while_another_process_holds_the_database(tmp_path, seconds_for):
    settings = settings_in(tmp_path)
    with client_of(settings) as client:
        (free,) = seconds_for(client)
        counter = client.app.state.server.monitoring.counter
        counter.write()
        other = open_database(settings.database)
        with other.writing():
            writing = threading.Thread(target=counter.write)
            writing.start()
            (held,) = seconds_for(client)
            assert held < 2 * free
        writing.join()
        other.close()
        assert counter.write()
        with client.app.state.server.database.reading() as transaction:
            assert totals(transaction, Window.last(hours=1)).answers == 6 * 200


def test_what_waits_for_a_database_takes_no_more_memory_than_it_may(tmp_path, monkeypatch):
    database = open_database(f"sqlite:///{tmp_path / 'sayso.db'}")
    monkeypatch.setattr(counting, "MOST_ROWS", 50)
    counter = TrafficCounter(database, days=90)
    refuse = lambda *args: (_ for _ in ()).throw(counting.SaysoError("away"))  # noqa: E731
    event.listen(database.engine, "begin", refuse)
    for minute in range(200):
        at(monkeypatch, TODAY + datetime.timedelta(minutes=minute))
        counter.observe(answer_of(("a", 0.95)), "id")
        counter.note(handled_in(5))
        counter.write()
    assert (counter.waiting, counter.lost) == (100, 150), "50 minutes of answers and 50 of requests"
    event.remove(database.engine, "begin", refuse)
    assert counter.write()
    with database.reading() as transaction:
        kept = transaction.scalars(select(Traffic.minute).order_by(Traffic.minute)).all()
    assert (kept[0], len(kept)) == (TODAY + datetime.timedelta(minutes=150), 50), "the newest"
    database.close()


def test_old_minutes_become_hours_and_older_ones_are_forgotten(database, monkeypatch):
    counter = TrafficCounter(database, days=30)
    for days in (0, 1, 3, 29, 31):
        for minute in range(0, 60, 5):
            at(monkeypatch, TODAY.replace(minute=minute) - datetime.timedelta(days=days))
            counter.observe(answer_of(("a", 0.95), ("b", 0.5)), "id")
            counter.note(handled_in(10))
    counter.write()
    window = Window(TODAY - datetime.timedelta(days=40), TODAY + datetime.timedelta(hours=1))
    watchers = [threading.Thread(target=TrafficCounter(open_database(str_of(database)), 30).tidy, args=(TODAY,)) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    counter.tidy(TODAY)
    with database.reading() as transaction:
        assert totals(transaction, window).answers == 4 * 12 * 2
        by_day = [count for count in texts_over_time(transaction, window, "day").values() if count]
        assert by_day == [24, 24, 24, 24]
        rows = transaction.scalar(select(func.count()).select_from(Traffic))
        assert rows == 2 * (12 + 12 + 1 + 1), "two days by the minute, two by the hour"
        assert transaction.scalar(select(func.sum(Latency.requests))) == 4 * 12


def str_of(database):
    return database.engine.url.render_as_string(hide_password=False)


def test_counting_a_full_request_takes_less_than_a_millisecond(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'sayso.db'}")
    counter, answer = TrafficCounter(database, days=90), answer_of(*[("a", 0.95)] * 256)
    times = []
    for _ in range(20):
        started = time.perf_counter()
        counter.observe(answer, "id")
        times.append(time.perf_counter() - started)
    assert min(times) < 0.001
    database.close()
