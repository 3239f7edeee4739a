"""Traffic that is not what the model was tested on raises one alarm, whoever notices it first, and one when that is over."""

import dataclasses
import datetime
import json
import threading
import time

import pytest

from running import client_of, settings_in
from sayso.evaluate.stage import report_of
from sayso.examples import Example
from sayso.loading import candidate_of
from sayso.server.answering.production import Production
from sayso.server.monitoring import counting, webhook
from sayso.server.monitoring.counting import TrafficCounter
from sayso.server.monitoring.drift import DriftWatch, measure
from sayso.server.store import open_database
from server.monitoring.answers import answer_of
from tiny_model import INTENTS

BASELINE = {
    "confidence_histogram": {"edges": [0, 0.5, 0.9, 1], "counts": [100, 300, 1600]},
    "intent_mix": {"a": 1000, "b": 900, "c": 100},
}
AS_TESTED = [("a", 0.95)] * 8 + [("a", 0.7)] * 2 + [("b", 0.95)] * 8 + [("b", 0.7), ("c", 0.2)]
"""Twenty answers with the shares of the baseline."""
ALL_ELSE = [("c", 0.2)] * 20


@pytest.fixture
def settings(tmp_path, database_url):
    return with_baseline(settings_in(tmp_path, database_url=database_url), BASELINE)


def with_baseline(settings, baseline):
    manifest = settings.project / "build" / "bundle" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | baseline))
    return settings


class Watching:
    """A server's drift watch, and a way to let its model answer something."""

    def __init__(self, settings, **changes) -> None:
        self.settings = settings.model_copy(update=changes)
        self.database = open_database(settings.database)
        self.production = Production(self.settings)
        self.watch = DriftWatch(self.database, self.production, self.settings)
        self.counter = TrafficCounter(self.database, days=90)

    def answers(self, said, times):
        """Let it have said this so many times, just now."""
        serving = self.production.serving
        answer = dataclasses.replace(answer_of(*said), serving=serving)
        for _ in range(times):
            self.counter.observe(answer, "id")
        assert self.counter.write()

    def check(self):
        """What is said of it now."""
        self.watch.check()
        return self.watch.last


@pytest.fixture
def watching(settings):
    made = []

    def make(**changes):
        made.append(Watching(settings, **changes))
        return made[-1]

    yield make
    for one in made:
        one.watch.close(1)
        one.database.close()


def test_traffic_as_tested_is_no_drift_and_other_traffic_is(watching):
    one = watching()
    one.answers(AS_TESTED, 40)
    found = one.check()
    assert (found.state, found.answers) == ("ok", 800)
    assert all(shift.psi < 0.05 and shift.limit == 0.2 for shift in found.shifts.values())
    one.answers(ALL_ELSE, 40)
    found = one.check()
    assert found.is_drifting
    assert all(shift.psi > 0.2 for shift in found.shifts.values())
    assert found.since <= datetime.datetime.now(datetime.UTC)


def test_little_traffic_says_nothing(watching):
    one = watching()
    one.answers(ALL_ELSE, 24)
    assert (one.check().state, one.check().answers) == ("too little traffic", 480)
    one.answers(ALL_ELSE, 1)
    assert one.check().state == "drifting"
    strict = watching(drift_answers=10_000)
    assert (strict.check().state, strict.check().is_drifting) == ("too little traffic", True), "and it does not end an alarm"


def test_it_is_over_when_it_is_clearly_below_the_limit(watching):
    one = watching()
    one.answers(AS_TESTED, 200)
    states = [one.check().state]
    for said, times in ((ALL_ELSE, 60), (AS_TESTED, 190), (AS_TESTED, 100)):
        one.answers(said, times)
        states.append((one.check().state, max(shift.psi for shift in one.watch.last.shifts.values())))
    assert states[0] == "ok"
    assert [state for state, _ in states[1:]] == ["drifting", "drifting", "ok"]
    assert 0.16 < states[2][1] < 0.2, "below the limit, but not clearly"


def test_a_small_test_set_does_not_make_every_model_drift(tmp_path):
    small = {"confidence_histogram": {"edges": [0, 0.9, 1], "counts": [6, 74]}, "intent_mix": dict.fromkeys("abcdefgh", 10)}
    settings = with_baseline(settings_in(tmp_path), small)
    one = Watching(settings)
    one.answers([("a", 0.45), *((label, 0.95) for label in "abbcdefghgh")], 50)
    found = one.check()
    assert found.shifts["intents"].limit > 0.3
    assert found.state == "ok"
    one.database.close()


def test_of_many_processes_one_raises_the_alarm_and_one_says_that_it_is_over(watching, receiver, until):
    watchers = [watching(webhook=f"{receiver.url}/hook") for _ in range(6)]

    def all_check():
        checks = [threading.Thread(target=one.check) for one in watchers for _ in range(3)]
        for check in checks:
            check.start()
        for check in checks:
            check.join()

    watchers[0].answers(AS_TESTED, 40)
    all_check()
    watchers[0].answers(ALL_ELSE, 40)
    all_check()
    all_check()
    until(lambda: len(receiver.received) >= 1)
    watchers[0].answers(AS_TESTED, 3000)
    all_check()
    until(lambda: len(receiver.received) >= 2)
    time.sleep(0.1)
    began, ended = receiver.json_at("/hook")
    assert (began["event"], began["state"], ended["state"]) == ("drift", "drifting", "ok")
    assert (began["model"], began["window_hours"], set(began["psi"])) == ("tiny", 24.0, {"confidence", "intents"})
    assert began["version"] == watchers[0].production.serving.version
    assert datetime.datetime.fromisoformat(began["since"]) <= datetime.datetime.fromisoformat(ended["since"])
    assert "PSI" in began["text"]


def test_a_webhook_is_tried_again_and_one_that_never_answers_holds_up_nothing(watching, receiver, until, no_answer_from, monkeypatch):
    monkeypatch.setattr(webhook, "PAUSES", (0, 0.05, 0.05))
    receiver.statuses = [503, 500, 200]
    one = watching(webhook=receiver.url)
    one.answers(ALL_ELSE, 40)
    one.check()
    until(lambda: len(receiver.received) == 3)
    other = watching(webhook=no_answer_from)
    other.answers(AS_TESTED, 3000)
    started = time.monotonic()
    assert other.check().state == "ok"
    other.watch.close(seconds=1)
    assert time.monotonic() - started < 3


def test_a_bundle_made_before_there_was_a_baseline_has_none(watching, settings):
    manifest = settings.project / "build" / "bundle" / "manifest.json"
    old = {name: value for name, value in json.loads(manifest.read_text()).items() if name not in BASELINE}
    manifest.write_text(json.dumps(old))
    one = watching()
    one.answers(ALL_ELSE, 40)
    assert one.check().state == "no baseline"
    manifest.write_text(json.dumps(old | {"confidence_histogram": BASELINE["confidence_histogram"]}))
    other = watching()
    other.answers(ALL_ELSE, 40)
    assert set(other.check().shifts) == {"confidence"}


def test_a_version_can_be_held_against_its_own_first_traffic(watching, monkeypatch):
    one, now = watching(drift_baseline="traffic"), time.time()

    def answers(hours_ago, said, times):
        monkeypatch.setattr(counting.time, "time", lambda: now - 3600 * hours_ago)
        one.answers(said, times)

    answers(0, ALL_ELSE, 40)
    assert one.check().state == "no baseline"
    answers(60, ALL_ELSE, 40)
    assert one.check().state == "ok"
    answers(0, AS_TESTED, 40)
    assert one.check().state == "drifting"


def test_what_is_old_is_out_of_the_window(watching, monkeypatch):
    one, now = watching(drift_window_hours=2), time.time()
    monkeypatch.setattr(counting.time, "time", lambda: now - 3 * 3600)
    one.answers(ALL_ELSE, 100)
    monkeypatch.setattr(counting.time, "time", lambda: now)
    one.answers(AS_TESTED, 40)
    assert (one.check().state, one.check().answers) == ("ok", 800)


def test_a_server_shows_its_drift_in_its_metrics(tmp_path):
    settings = with_baseline(settings_in(tmp_path, drift_answers=10), BASELINE | {"intent_mix": {"TextSearch": 2000}})
    with client_of(settings) as client:
        for _ in range(10):
            client.post("/v1/classify", json={"texts": ["who calls login"] * 50})
        monitoring = client.app.state.server.monitoring
        monitoring.counter.write()
        monitoring.drift.check()
        shown = client.get("/metrics").text
        with client.app.state.server.database.reading() as transaction:
            drift = measure(transaction, client.app.state.server.production.serving, settings)
    assert "sayso_drifting 1.0" in shown
    assert f'sayso_drift_psi{{of="intents"}} {drift.shifts["intents"].psi}' in shown
    assert "sayso_drift_answers 500.0" in shown


def test_the_baseline_is_how_the_model_answered_the_test_rows(tmp_path):
    folder = settings_in(tmp_path).project / "build" / "bundle"
    rows = [Example("who calls login", {"intent": "FindCallers"})] * 6 + [Example("grep for TODO", {"intent": "FindCallers"})] * 4
    report = report_of(candidate_of(folder), rows)
    assert sum(report["confidence_histogram"]["counts"]) == 10
    assert list(report["intent_mix"]) == list(INTENTS)
    assert report["intent_mix"]["FindCallers"] == 6
    assert report["intent_mix"]["TextSearch"] == 4
