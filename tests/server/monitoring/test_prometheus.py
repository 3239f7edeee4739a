"""`/metrics` tells Prometheus what the server does, of all its processes, and tells nobody else."""

import json
import os
import re
import signal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from running import client_of, server_at, settings_in, token_for
from sayso.server.app import create_app
from tiny_model import CODE_SEARCH, write_bundle

TEXT = {"text": "who calls login"}


def numbers(text):
    """{(name, label values in order of their names): value}."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def client(tmp_path):
    with client_of(settings_in(tmp_path, queue_texts=20)) as one:
        yield one


def test_every_request_and_answer_is_counted(client):
    for _ in range(3):
        client.post("/v1/classify", json=TEXT)
    client.post("/v1/classify", json={"texts": ["who calls login", "blue", "green"]})
    client.post("/v1/classify", json={})
    client.get("/v1/classify")
    client.get("/wp-login.php")
    client.request("BREW", "/wp-login.php")
    model = client.app.state.server.production.serving.model_id
    found = numbers(client.get("/metrics").text)
    assert found["sayso_requests_total", "POST", "/v1/classify", "200"] == 4
    assert found["sayso_requests_total", "POST", "/v1/classify", "422"] == 1
    assert found["sayso_requests_total", "GET", "other", "404"] == found["sayso_requests_total", "other", "other", "404"] == 1
    assert found["sayso_request_seconds_count", "/v1/classify"] >= 5
    assert found["sayso_answers_total", "execute", "FindCallers", model] == 4
    assert sum(value for (name, *_), value in found.items() if name == "sayso_answers_total") == 6
    assert found["sayso_confidence_count", model] == 6
    assert found["sayso_out_of_scope_total", model] == 0
    assert found["sayso_model_seconds_count",] == found["sayso_wait_seconds_count",] == 4
    assert found["sayso_queue_texts",] == found["sayso_model_refused",] == found["sayso_model_switches_total",] == 0


def test_a_refused_and_a_new_model_are_seen(client, tmp_path):
    production = client.app.state.server.production
    manifest = tmp_path / "build" / "bundle" / "manifest.json"
    whole = manifest.read_text()
    manifest.write_text(whole.replace("sha256", "sha257"))
    production.look()
    assert numbers(client.get("/metrics").text)["sayso_model_refused",] == 1
    write_bundle(tmp_path / "other", CODE_SEARCH, name="other")
    (tmp_path / "build" / "bundle").rename(tmp_path / "old")
    (tmp_path / "other").rename(tmp_path / "build" / "bundle")
    production.look()
    found = numbers(client.get("/metrics").text)
    assert (found["sayso_model_refused",], found["sayso_model_switches_total",]) == (0, 1)
    assert found["sayso_model_info", production.serving.model_id, production.serving.source] == 1
    assert production.serving.name == "other"


def test_loopback_reads_it_without_a_token_and_everybody_else_with_one(tmp_path):
    settings = settings_in(tmp_path)
    bearer = {"Authorization": f"Bearer {token_for(settings, 'app')}"}

    def status(address, **headers):
        with TestClient(create_app(settings), client=(address, 5000), raise_server_exceptions=False) as client:
            return client.get("/metrics", headers=headers).status_code

    assert [status(address) for address in ("127.0.0.1", "::1")] == [200, 200]
    assert [status(address) for address in ("10.0.0.7", "testclient")] == [401, 401]
    assert status("127.0.0.1", **{"X-Forwarded-For": "10.0.0.7"}) == 401, "a proxy on this machine asks for somebody else"
    assert status("10.0.0.7", **bearer) == 200
    assert status("10.0.0.7", Authorization="Bearer nonsense") == 401


def test_any_worker_answers_for_all_and_the_folder_they_share_goes_with_them(tmp_path, until):
    settings_in(tmp_path)
    (tmp_path / "tmp").mkdir()
    with server_at(tmp_path, "--workers", "2", TMPDIR=str(tmp_path / "tmp")) as server:
        for _ in range(30):
            server.ask("POST", "/v1/classify", json=TEXT)
        seen = [numbers(server.ask("GET", "/metrics", headers={}).text) for _ in range(8)]
        assert [one["sayso_requests_total", "POST", "/v1/classify", "200"] for one in seen] == [30] * 8
        (folder,) = (tmp_path / "tmp").glob("sayso-metrics-*")
        workers = {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_livesum_*.db")}
        assert len(workers) == 2
        killed = workers.pop()
        os.kill(killed, signal.SIGKILL)
        until(lambda: server.log.read_text().count("Application startup complete") == 3)
        server.wait_until_ready()
        found = numbers(server.ask("GET", "/metrics", headers={}).text)
        assert found["sayso_requests_total", "POST", "/v1/classify", "200"] == 30, "what a killed worker counted stays"
        assert not (folder / f"gauge_livesum_{killed}.db").exists(), "and what waited in it does not"
    assert not list((tmp_path / "tmp").glob("sayso-metrics-*"))


def test_every_metric_of_the_dashboard_is_there(client):
    board = json.loads((Path(__file__).parents[3] / "deploy" / "grafana-dashboard.json").read_text())
    asked = re.findall(r"\bsayso_\w+", json.dumps(board))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    client.post("/v1/classify", json=TEXT)
    client.app.state.server.monitoring.drift.check()
    shown = {name for name, *_ in numbers(client.get("/metrics").text)}
    assert len(set(asked)) >= 10
    assert set(asked) - shown - {"sayso_drift_psi"} == set()
