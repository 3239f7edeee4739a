"""A candidate is asked a share of what production is asked, in its spare time; requests never notice, and no text stays."""

import threading
import time
from collections import Counter

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from running import client_of, server_at, settings_in
from sayso.server.answering import shadow as shadows
from sayso.server.answering.source import Serving
from sayso.server.monitoring.comparison import compare
from sayso.server.store import open_database
from sayso.server.store.tables import Shadow
from server.monitoring.answers import answer_of
from tiny_model import INTENT, write_bundle

OTHER = {"intent": INTENT | {"labels": [label for label in INTENT["labels"] if label != "FindCallers"]}}
"""A model that never heard of callers."""
SECRET = "who calls login"


@pytest.fixture
def settings(tmp_path):
    """A candidate that is asked everything, and knows one label less."""
    candidate = write_bundle(tmp_path / "candidate", OTHER, name="other")
    return settings_in(tmp_path, shadow=str(candidate), shadow_share=1.0)


@pytest.fixture
def client(settings):
    with client_of(settings) as one:
        assert until(lambda: one.app.state.server.shadow.candidate.state == "running", 10)
        yield one


@pytest.fixture
def shadow(client):
    return client.app.state.server.shadow


class Candidate:
    """A model that does as it is told to."""

    def __init__(self):
        self.go, self.asked, self.problem = threading.Event(), 0, None

    def predict(self, text):
        self.asked += 1
        self.go.wait(10)
        if self.problem:
            raise self.problem
        return answer_of(("FindCallers", 0.5)).predictions[0]


@pytest.fixture
def told(shadow):
    """In the place of the candidate, one that does as it is told to."""
    one = Candidate()
    shadow.candidate.serving = Serving("test", "told", "1", one)
    yield one
    one.go.set()


def until(what, seconds=5.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.01)
    return False


def counted(client):
    """{outcome: texts}, of all candidates."""
    found = Counter()
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            if sample.name == "sayso_shadow_texts_total":
                found[sample.labels["outcome"]] += int(sample.value)
    return found


def ask(client, *texts):
    answer = client.post("/v1/classify", json={"texts": list(texts)})
    assert answer.status_code == 200
    return answer.json()


def test_what_was_compared_is_in_the_database_when_the_server_has_stopped(settings, database_url):
    with client_of(settings.model_copy(update={"database_url": database_url})) as client:
        server = client.app.state.server
        assert until(lambda: server.shadow.candidate.state == "running", 10)
        for text in (SECRET, SECRET, "draw the graph"):
            assert ask(client, text)["model"]["name"] == "tiny", "production answers"
        assert until(lambda: sum(counted(client).values()) == 3)
        assert counted(client) == {"agreed": 1, "differed": 2}
        ids = server.production.serving.model_id, server.shadow.candidate.serving.model_id
    database = open_database(database_url)
    with database.reading() as transaction:
        rows = transaction.scalars(select(Shadow).order_by(Shadow.label)).all()
    database.close()
    assert [(row.label, row.candidate_label, row.answers) for row in rows][1] == ("Visualize", "Visualize", 1)
    assert (rows[0].label, rows[0].answers) == ("FindCallers", 2)
    assert {(row.version, row.candidate) for row in rows} == {ids}
    for row in rows:
        assert 0 < row.confidence <= row.answers
        assert 0 < row.candidate_confidence <= row.answers
        assert 0 < row.seconds < 1
        assert 0 < row.candidate_seconds < 1


def test_several_processes_add_up(settings, tmp_path, database_url):
    database = open_database(database_url)
    environment = {"SAYSO_SHADOW": settings.shadow, "SAYSO_SHADOW_SHARE": "1", "SAYSO_DATABASE_URL": database_url}

    def ask_both(server):
        for _ in range(20):
            server.ask("POST", "/v1/classify", json={"texts": ["draw the graph"] * 2})
        return server.ask("GET", "/v1/shadow").json()

    with server_at(tmp_path, "--workers", "2", **environment) as server:
        assert until(lambda: all(server.ask("GET", "/v1/shadow").json()["state"] == "running" for _ in range(10)), 20)
        names = {
            side: f"{told['name']}@{told['version']}" for side, told in ask_both(server).items() if side in ("production", "candidate")
        }
        assert until(
            lambda: server.ask("GET", "/metrics").text.count('outcome="agreed"') and server.ask("GET", "/v1/shadow").json()["answers"] > 0
        )
        ask_both(server)
        time.sleep(0.5)
    with database.reading() as transaction:
        assert compare(transaction, names["production"], names["candidate"]).answers == 80, "what waited to be written when they ended, too"
    database.close()


def test_no_text_stays(settings, tmp_path, capfd):
    with client_of(settings) as client:
        assert until(lambda: client.app.state.server.shadow.candidate.state == "running", 10)
        client.app.state.server.desk.capture._wanted = False  # what people are to label is kept elsewhere, on purpose
        ask(client, SECRET)
        assert until(lambda: counted(client))
    written = b"".join(
        file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and "bundle" not in str(file) and "candidate" not in str(file)
    )
    assert SECRET.encode() not in written
    assert SECRET not in "".join(capfd.readouterr())


def test_a_share_of_the_requests_is_chosen_and_of_a_request_all_texts_or_none(shadow, client, told):
    told.go.set()
    shadow._share = 0.25
    shadow._chance.seed(3)
    answer = answer_of(*[("FindCallers", 0.9)] * 4)
    for _ in range(60):  # so many that the queue never fills
        before = told.asked
        shadow.observe(answer, "id")
        assert until(lambda: shadow._waiting.empty())
        assert (told.asked - before) in (0, 3, 4)
    assert until(lambda: told.asked % 4 == 0)
    assert 4 * 6 < told.asked < 4 * 26


def test_what_is_too_much_is_dropped_and_counted(shadow, client, told):
    for _ in range(10):
        ask(client, *["grep it"] * 40)
    assert until(lambda: told.asked == 1)
    assert shadows.MOST_WAITING <= 400 - counted(client)["dropped"] <= shadows.MOST_WAITING + 1
    told.go.set()
    assert until(lambda: told.asked + counted(client)["dropped"] == 400)


def test_requests_are_answered_as_fast_beside_a_candidate_that_never_answers(shadow, client, told):
    hangs = shadow.candidate.serving

    def seconds(candidate):
        shadow.candidate.serving = candidate
        started = time.perf_counter()
        for _ in range(100):
            ask(client, "grep it")
        return time.perf_counter() - started

    rounds = [(seconds(hangs), seconds(None)) for _ in range(4)]  # by turns, so that what else runs here slows both alike
    assert told.asked == 1
    hanging, free = (min(times) for times in zip(*rounds, strict=True))
    assert hanging < 1.5 * free


def test_one_that_fails_is_a_problem_to_be_shown_until_another_one_runs(shadow, client, told, capsys):
    told.go.set()
    told.problem = ValueError(SECRET)
    ask(client, SECRET, SECRET)
    assert until(lambda: counted(client) == {"failed": 2})
    assert shadow.problem == "ValueError", "what it says may have the text in it"
    assert capsys.readouterr().out.count("candidate_failed") == 1
    assert shadow.candidate.state == "running"
    shadow.candidate.serving = Serving("test", "another", "1", told)
    assert shadow.problem is None


def test_it_waits_while_requests_are_answered_but_not_for_ever(shadow, client, told, monkeypatch):
    told.go.set()
    monkeypatch.setattr(type(client.app.state.server.queue), "is_calm", False)
    started = time.monotonic()
    shadow.observe(answer_of(("FindCallers", 0.9)), "id")
    assert until(lambda: told.asked == 1)
    assert time.monotonic() - started >= shadows.PATIENCE


def test_what_the_candidate_itself_answered_is_not_compared(shadow, client, told):
    told.go.set()
    shadow.candidate.serving = Serving("test", "tiny", "1", told)
    shadow.observe(answer_of(("FindCallers", 0.9), version="1"), "id")
    shadow.observe(answer_of(("FindCallers", 0.9), version="2"), "id")
    assert until(lambda: counted(client) == {"agreed": 1})
    assert told.asked == 1


def test_without_a_candidate_or_with_a_share_of_none_nothing_is_asked(tmp_path):
    for changes in ({}, {"shadow": str(write_bundle(tmp_path / "other", OTHER, name="other")), "shadow_share": 0.0}):
        with client_of(settings_in(tmp_path, **changes)) as client:
            shadow = client.app.state.server.shadow
            assert until(lambda one=shadow, wanted=changes: one.candidate.state == ("running" if wanted else "none"), 10)
            ask(client, SECRET)
            assert shadow._waiting.empty()
            assert counted(client) == {}


def test_a_server_ends_at_once_even_if_the_candidate_hangs(settings):
    with client_of(settings) as client:
        shadow = client.app.state.server.shadow
        assert until(lambda: shadow.candidate.state == "running", 10)
        shadow.candidate.serving = Serving("test", "told", "1", Candidate())
        shadow.observe(answer_of(("FindCallers", 0.9)), "id")
        assert until(lambda: shadow.candidate.serving.predictor.asked)
        started = time.monotonic()
    assert time.monotonic() - started < 2 * shadows.SECONDS_TO_CLOSE
