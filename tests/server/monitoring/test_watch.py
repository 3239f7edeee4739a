"""Those who watch a server never slow it down, make it fail, or keep it from ending."""

import json
import socket
import time

import pytest

from running import client_of, server_at, settings_in
from sayso.server.monitoring import watch
from sayso.server.monitoring.traffic import Window, totals

TEXT = {"text": "who calls login"}


def test_far_sides_that_are_no_help_slow_nothing(tmp_path, monkeypatch, langfuse_at, no_answer_from, seconds_for):
    settings = settings_in(tmp_path)
    with client_of(settings) as unwatched:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", no_answer_from)
        langfuse_at(no_answer_from)
        with client_of(settings) as watched:
            watched.app.state.server.monitoring.score("any", "TextSearch")
            rounds = (seconds_for(unwatched, watched) for _ in range(5))  # on a busy machine, one of them is undisturbed
            assert any(with_them < 2 * without for without, with_them in rounds)
            started = time.monotonic()
        assert time.monotonic() - started < 6, "and the server still ends"


@pytest.mark.parametrize("no_answer_from", ["deaf"], indirect=True)
def test_a_server_whose_far_sides_hang_ends_within_seconds_of_a_signal(tmp_path, langfuse_at, no_answer_from):
    settings_in(tmp_path)
    langfuse_at(no_answer_from)
    with server_at(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=no_answer_from) as server:
        assert server.ask("POST", "/v1/classify", json=TEXT).status_code == 200
        started = time.monotonic()
        server.process.terminate()
        server.process.wait(20)
        assert time.monotonic() - started < 8
        assert "Traceback" not in server.log.read_text()


def test_a_watcher_that_fails_fails_no_request(tmp_path):
    def fail(*args):
        raise RuntimeError("broken")

    with client_of(settings_in(tmp_path)) as client:
        server = client.app.state.server
        server.observers.insert(0, fail)
        server.monitoring._watchers.insert(0, fail)
        assert client.post("/v1/classify", json=TEXT).status_code == 200
        assert "sayso_answers_total{" in client.get("/metrics").text, "and the others are told all the same"


def test_a_bundle_whose_baseline_is_nonsense_keeps_no_counts_from_being_written(tmp_path, monkeypatch, until):
    monkeypatch.setattr(watch, "SECONDS_BETWEEN_WRITES", 0.05)
    monkeypatch.setattr(watch, "SECONDS_BETWEEN_CHECKS", 0.05)
    settings = settings_in(tmp_path)
    manifest = tmp_path / "build" / "bundle" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"confidence_histogram": "nonsense", "intent_mix": 7}))
    with client_of(settings) as client:
        database = client.app.state.server.database

        def written():
            with database.reading() as transaction:
                return totals(transaction, Window.last(hours=1)).answers

        for number in (1, 2, 3):
            client.post("/v1/classify", json=TEXT)
            until(lambda number=number: written() == number)
            time.sleep(0.1)


def test_who_goes_away_before_the_answer_is_counted_as_gone_and_not_as_a_failure(tmp_path, until):
    settings_in(tmp_path)
    with server_at(tmp_path, SAYSO_BODY_SECONDS="5") as server:
        host, port = server.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            time.sleep(0.2)
        until(lambda: 'status="499"' in server.ask("GET", "/metrics", headers={}).text)
        assert 'status="500"' not in server.ask("GET", "/metrics", headers={}).text
