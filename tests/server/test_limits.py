"""What is too large, too slow, too often or packed is refused early, and every answer carries an id."""

import gzip
import json
import logging
import socket
import time

import pytest

from running import client_of, server_at, settings_in

HELLO = {"text": "hello"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return settings_in(tmp_path_factory.mktemp("limited"), max_body_bytes=10_000, max_text_chars=500, max_texts=4)


@pytest.fixture(scope="module")
def client(settings):
    with client_of(settings) as client:
        yield client


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(client):
    assert code(client.post("/v1/classify", json={"text": "x" * 20_000})) == (413, "too_large")

    def in_pieces():
        for _ in range(30):
            yield b"x" * 1000

    assert code(client.post("/v1/classify", content=in_pieces())) == (413, "too_large")


def test_too_many_or_too_long_texts_are_refused_by_number(client):
    assert code(client.post("/v1/classify", json={"texts": ["hello"] * 5})) == (413, "too_many_texts")
    answer = client.post("/v1/classify", json={"texts": ["hello", "x" * 501]})
    assert code(answer) == (413, "too_long")
    assert "text 1 has 501 characters" in answer.json()["error"]["message"]


def test_a_packed_body_is_not_unpacked(client):
    bomb = gzip.compress(b"0" * 5_000_000)
    answer = client.post("/v1/classify", content=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})
    assert code(answer) == (415, "packed")


@pytest.mark.parametrize(
    "body", ["", "{", "null", "[]", '"hello"', "{}", '{"text": 5}', '{"text": "a", "texts": ["b"]}', '{"texts": []}', '{"txt": "a"}']
)
def test_what_is_no_question_is_refused_with_what_is_wrong(client, body):
    answer = client.post("/v1/classify", content=body, headers={"Content-Type": "application/json"})
    assert code(answer) == (422, "invalid")
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "\ufeff", "🙂" * 100, "‮abc", "a\r\nb: c"])
def test_every_text_that_json_can_hold_gets_an_answer(client, text):
    answer = client.post("/v1/classify", content=json.dumps({"text": text}), headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["predictions"][0]["action"]


def test_an_id_is_kept_if_it_is_harmless_and_made_otherwise(client):
    assert client.get("/healthz", headers={"X-Request-Id": "order-42"}).headers["x-request-id"] == "order-42"
    for hostile in ("a b", "x" * 200, "<script>", "a\tb"):
        assert client.get("/healthz", headers={"X-Request-Id": hostile}).headers["x-request-id"] != hostile


def test_the_log_says_what_was_asked_but_not_the_text(client, caplog, capsys):
    caplog.set_level(logging.INFO)
    client.post("/v1/classify", json={"text": "my secret diagnosis"}, headers={"X-Request-Id": "one-of-mine"})
    said = caplog.text + "".join(capsys.readouterr())
    assert "one-of-mine" in said
    assert "diagnosis" not in said


def test_who_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up(tmp_path):
    settings = settings_in(tmp_path, rate_per_minute=60)
    with client_of(settings) as client:
        assert client.post("/v1/classify", json=HELLO).status_code == 200
        refused = client.post("/v1/classify", json=HELLO)
        assert code(refused) == (429, "too_many")
        assert int(refused.headers["retry-after"]) >= 1
        assert client.get("/healthz", headers={"Authorization": "Bearer another"}).status_code == 200


def test_a_body_that_trickles_in_is_cut_off_and_others_are_answered_meanwhile(tmp_path):
    settings_in(tmp_path)
    with server_at(tmp_path, SAYSO_BODY_SECONDS="1") as server:
        host, port = server.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
            started = time.monotonic()
            assert server.ask("POST", "/v1/classify", json=HELLO).status_code == 200
            assert time.monotonic() - started < 1
            slow.settimeout(5)
            assert slow.recv(1000).startswith(b"HTTP/1.1 408")
