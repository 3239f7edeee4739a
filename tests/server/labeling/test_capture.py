import time

import pytest
from sqlalchemy import select

from running import client_of, settings_in
from sayso.server.store.tables import Item
from tiny_model import SLOTS, write_bundle

UNSURE = "plugh xyzzy"
SURE = "who calls login"
PROJECT = """name: tiny
heads:
  intent: {type: choice, labels: [SymbolQuery, TextSearch, TracePath, FindCallers, FindCallees, Visualize, IndexStatus, Ambiguous]}
"""


def project(folder, labeling="{}"):
    (folder / "sayso.yaml").write_text(f"{PROJECT}labeling: {labeling}\n")
    return settings_in(folder)


def ask(client, *texts):
    answer = client.post("/v1/classify", json={"texts": list(texts)})
    assert answer.status_code == 200
    return answer


def items_of(client):
    client.app.state.server.desk.capture.drain()
    with client.app.state.server.database.reading() as transaction:
        return {item.text: item for item in transaction.scalars(select(Item))}


def test_what_the_model_is_unsure_of_is_kept_with_all_that_was_said_of_it_and_the_rest_is_not(tmp_path):
    with client_of(project(tmp_path, "{capture_share: 0}")) as client:
        request_id = ask(client, SURE, UNSURE).headers["x-request-id"]
        found = items_of(client)
        assert list(found) == [UNSURE]
        item = found[UNSURE]
        assert (item.head, item.reason, item.weight, item.request_id, item.position) == ("intent", "unsure", 1.0, request_id, 1)
        assert item.label in item.scores["intent"]
        assert item.version.startswith("tiny@")


def test_a_share_of_the_rest_is_kept_with_the_number_of_texts_that_each_stands_for(tmp_path):
    with client_of(project(tmp_path, "{capture_below: 0, capture_share: 0.25}")) as client:
        for start in range(0, 400, 100):
            ask(client, *(f"who calls method {n}" for n in range(start, start + 100)))
        found = [item for item in items_of(client).values() if item.reason == "sample"]
        assert 50 < len(found) < 160
        assert {item.weight for item in found} == {4.0}


def test_personal_data_never_reaches_the_disk(tmp_path):
    with client_of(project(tmp_path)) as client:
        ask(client, "plugh anna.rossi@example.com xyzzy")
        spooled = "".join(file.read_text() for file in (tmp_path / "server" / "spool").rglob("*.jsonl"))
        assert "<email>" in spooled
        assert "anna.rossi" not in spooled
        assert list(items_of(client)) == ["plugh <email> xyzzy"]


def test_personal_data_at_the_place_where_a_long_text_is_cut_is_not_kept_by_halves(tmp_path):
    with client_of(project(tmp_path)) as client:
        for filler in (1980, 1990, 1995):
            ask(client, "x" * 5 + " " * (filler - 5) + "anna.rossi@example.com " + "y" * 3000)
        assert all("anna" not in text and len(text) <= 2000 for text in items_of(client))


def test_rules_of_the_project_may_be_switched_off_and_others_added(tmp_path):
    with client_of(project(tmp_path, "{redact: {email: false, ticket: 'T-[0-9]+'}}")) as client:
        ask(client, "plugh a@example.com T-123")
        assert list(items_of(client)) == ["plugh a@example.com <ticket>"]


def test_nothing_is_kept_where_capturing_is_switched_off(tmp_path):
    project(tmp_path)
    with client_of(settings_in(tmp_path, capture=False)) as client:
        ask(client, UNSURE)
        assert items_of(client) == {}


def test_requests_are_answered_while_the_disk_takes_nothing_and_it_is_told(tmp_path):
    with client_of(project(tmp_path)) as client:
        client.app.state.server.desk.capture._spool._most = 0
        ask(client, UNSURE)
        assert "sayso_capture_lost_total 1.0" in client.get("/metrics").text


def test_requests_are_answered_while_the_database_is_away_and_it_gets_all_of_it_afterwards(tmp_path):
    with client_of(project(tmp_path)) as client:
        capture = client.app.state.server.desk.capture
        here, capture._database = capture._database, None
        ask(client, UNSURE)
        with pytest.raises(AttributeError):
            capture.drain()
        capture._database = here
        assert UNSURE in items_of(client)


def test_what_is_captured_is_in_the_queue_within_two_seconds(tmp_path):
    with client_of(project(tmp_path)) as client:
        ask(client, UNSURE)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with client.app.state.server.database.reading() as transaction:
                if transaction.scalar(select(Item.text)) == UNSURE:
                    return
            time.sleep(0.05)
        raise AssertionError("it never came")


def test_capturing_costs_a_request_less_than_a_millisecond(tmp_path):
    with client_of(project(tmp_path)) as client:
        ask(client, UNSURE)
        server = client.app.state.server
        answer = _Answer(server, "come si calcola il ravvedimento operoso su un F24 di aprile non versato")
        times = []
        for number in range(200):
            started = time.perf_counter()
            server.desk.capture.observe(answer, f"r{number}")
            times.append(time.perf_counter() - started)
        assert sorted(times)[100] < 0.001


class _Answer:
    def __init__(self, server, text):
        self.texts, self.serving = (text,), server.production.serving
        self.predictions = tuple(self.serving.predictor.predict([text]))


def test_pieces_of_a_text_are_not_asked_about(tmp_path):
    (tmp_path / "sayso.yaml").write_text(f"{PROJECT}  slots: {{type: spans, labels: [action, thing]}}\n")
    write_bundle(tmp_path / "build" / "bundle", SLOTS)
    with client_of(settings_in(tmp_path)) as client:
        ask(client, UNSURE)
        assert list(items_of(client)[UNSURE].scores) == ["intent"]
        assert list(client.app.state.server.desk.labels.heads) == ["intent"]


def test_a_model_that_only_marks_pieces_has_nothing_to_be_asked_about(tmp_path):
    write_bundle(tmp_path / "build" / "bundle", {"slots": SLOTS["slots"]})
    with client_of(settings_in(tmp_path)) as client:
        ask(client, *(f"{UNSURE} {n}" for n in range(100)))
        assert items_of(client) == {}
