"""`/v1/classify` and `/v1/estimate`: what a program gets."""

import pytest

import sayso
from running import client_of, settings_in
from tiny_model import COMPLEXITY, SLOTS, write_bundle


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with client_of(settings_in(tmp_path_factory.mktemp("classify"))) as client:
        yield client


def test_one_text_is_answered_as_the_model_answers_it(client):
    answer = client.post("/v1/classify", json={"text": "who calls login"}).json()
    (found,) = answer["predictions"]
    with sayso.load(client.app.state.server.settings.project) as model:
        expected = model.predict("who calls login")
    assert (found["label"], found["confidence"], found["action"]) == (expected.label, expected.confidence, expected.action)
    assert found["heads"]["intent"]["label"] == "FindCallers"
    assert "scores" not in found["heads"]["intent"]
    assert answer["model"]["name"] == "tiny"
    assert len(answer["model"]["version"]) == 12


def test_a_list_is_answered_in_order_with_scores_if_they_are_asked_for(client):
    answer = client.post("/v1/classify", json={"texts": ["grep for TODO", "hello"], "scores": True}).json()
    assert [one["label"] for one in answer["predictions"]] == ["TextSearch", "Ambiguous"]
    scores = answer["predictions"][0]["heads"]["intent"]["scores"]
    assert sum(scores.values()) == pytest.approx(1)
    assert len(scores) == 8


def test_every_kind_of_head_is_told(tmp_path):
    write_bundle(tmp_path / "build" / "bundle", COMPLEXITY)
    with client_of(settings_in(tmp_path)) as client:
        heads = client.post("/v1/classify", json={"text": "prove the sum", "scores": True}).json()["predictions"][0]["heads"]
    assert {name: head["type"] for name, head in heads.items()} == {"score": "score", "tier": "choice", "domains": "tags"}
    assert 0 <= heads["score"]["value"] <= 1
    assert heads["domains"]["labels"] == ["maths"]


def test_marked_pieces_are_told_with_their_places(tmp_path):
    write_bundle(tmp_path / "build" / "bundle", SLOTS)
    with client_of(settings_in(tmp_path)) as client:
        slots = client.post("/v1/classify", json={"text": "draw graph diagram", "scores": True}).json()["predictions"][0]["heads"]["slots"]
        answers = client.get("/openapi.json").json()["components"]["schemas"]["HeadAnswer"]["properties"]
    assert slots.keys() == {"type", "spans"}
    assert slots["type"] in answers["type"]["enum"]
    assert [(span["label"], span["start"], span["end"], span["text"]) for span in slots["spans"]] == [
        ("action", 0, 4, "draw"),
        ("thing", 5, 18, "graph diagram"),
    ]
    assert all(0.9 < span["confidence"] <= 1 for span in slots["spans"])


def test_an_estimate_tells_what_contributed(client):
    found = client.post("/v1/estimate", json={"text": "Prove that there are infinitely many primes."}).json()
    assert found["mode"] == "rules"
    assert 0 <= found["score"] <= 1
    assert sum(found["contributions"].values()) > 0


def test_switched_off_estimates_say_so(tmp_path):
    with client_of(settings_in(tmp_path), "admin") as client:
        assert client.put("/api/config", json={"task_complexity": {"enabled": False}}).status_code == 200
        answer = client.post("/v1/estimate", json={"text": "hello"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "disabled")


def test_a_model_that_fails_is_an_error_with_an_id_and_the_next_request_is_answered(client, monkeypatch):
    predictor = client.app.state.server.production.serving.predictor
    monkeypatch.setattr(type(predictor), "predict", lambda self, texts: 1 / 0)
    answer = client.post("/v1/classify", json={"text": "hello"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "failed")
    assert answer.json()["error"]["request_id"]
    assert "division" not in answer.text
    monkeypatch.undo()
    assert client.post("/v1/classify", json={"text": "hello"}).status_code == 200


def test_openapi_describes_it_with_examples(client):
    document = client.get("/openapi.json").json()
    assert {"/v1/classify", "/v1/estimate", "/api/config", "/healthz", "/readyz"} <= document["paths"].keys()
    assert document["components"]["schemas"]["Question"]["examples"]
    assert "429" in document["paths"]["/v1/classify"]["post"]["responses"]
