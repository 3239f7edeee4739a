"""Who may do what: over HTTP, with a token, and with a session's cookie."""

import time

import pytest

from running import client_of, settings_in, token_for
from sayso.server.access.attempts import FREE, note_failure, note_success, seconds_to_wait
from sayso.server.access.guard import SECONDS_REMEMBERED
from sayso.server.access.sessions import COOKIE, open_session
from sayso.server.access.tokens import find_token, revoke_token

ROUTES = [
    ("POST", "/v1/classify", {"text": "hello"}, "app"),
    ("POST", "/v1/estimate", {"text": "hello"}, "app"),
    ("GET", "/api/config", None, "expert"),
    ("PUT", "/api/config", {"task_complexity": {}}, "admin"),
]
RANK = ["app", "expert", "admin"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory, shared_database_url):
    return settings_in(tmp_path_factory.mktemp("guarded"), database_url=shared_database_url)


@pytest.fixture(scope="module")
def client(settings):
    with client_of(settings, None) as client:
        yield client


@pytest.fixture(scope="module")
def tokens(settings):
    return {role: token_for(settings, role) for role in RANK}


@pytest.mark.parametrize(("method", "path", "body", "needed"), ROUTES)
@pytest.mark.parametrize("role", RANK)
def test_a_role_may_do_what_it_includes_and_nothing_else(client, tokens, method, path, body, needed, role):
    answer = client.request(method, path, json=body, headers={"Authorization": f"Bearer {tokens[role]}"})
    assert answer.status_code == (200 if RANK.index(role) >= RANK.index(needed) else 403), answer.text


@pytest.mark.parametrize(("method", "path", "body", "needed"), ROUTES)
@pytest.mark.parametrize("shown", [None, "Bearer sayso_00000000_" + "x" * 43, "Bearer ", "Basic YTpi", "Bearer \u00e9"])
def test_without_a_valid_token_nothing_is_answered(client, method, path, body, needed, shown):
    answer = client.request(method, path, json=body, headers={"Authorization": shown.encode()} if shown else {})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_token_is_refused_within_two_seconds(client, settings):
    token = token_for(settings, "app")
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post("/v1/classify", json={"text": "hello"}, headers=headers).status_code == 200
    with client.app.state.server.database.writing() as transaction:
        revoke_token(transaction, token.split("_")[1])
    time.sleep(SECONDS_REMEMBERED)
    assert client.post("/v1/classify", json={"text": "hello"}, headers=headers).status_code == 401


@pytest.fixture
def logged_in(client, tokens):
    """The cookie of a session, and its csrf word."""
    with client.app.state.server.database.writing() as transaction:
        secret, person = open_session(transaction, find_token(transaction, tokens["admin"]))
    return {"Cookie": f"{COOKIE}={secret}"}, person.csrf


def test_a_cookie_reads_but_changes_nothing_without_the_word_of_our_own_pages(client, logged_in):
    cookie, csrf = logged_in
    change = {"task_complexity": {}}
    assert client.get("/api/config", headers=cookie).status_code == 200
    assert client.put("/api/config", json=change, headers=cookie).status_code == 403
    assert client.put("/api/config", json=change, headers=cookie | {"X-CSRF-Token": "forged"}).json()["error"]["code"] == "csrf"
    assert client.put("/api/config", json=change, headers=cookie | {"X-CSRF-Token": csrf}).status_code == 200


def test_a_session_ends_when_it_is_idle_too_long_or_too_old_or_its_token_is_revoked(client, settings, logged_in):
    cookie, _ = logged_in
    server = client.app.state.server
    kept = server.settings
    try:
        for ended in ({"session_idle_minutes": 0}, {"session_hours": 0}):
            server.settings = kept.model_copy(update=ended)
            assert client.get("/api/config", headers=cookie).status_code == 401
    finally:
        server.settings = kept
    assert client.get("/api/config", headers=cookie).status_code == 200
    assert client.get("/api/config", headers={"Cookie": f"{COOKIE}=forged"}).status_code == 401


def test_failed_log_ins_make_the_next_one_wait_longer_and_a_good_one_forgets_them(client):
    database, address = client.app.state.server.database, "203.0.113.7"

    def waits():
        with database.reading() as transaction:
            return seconds_to_wait(transaction, address)

    found = []
    for _ in range(FREE + 3):
        with database.writing() as transaction:
            note_failure(transaction, address)
        found.append(waits())
    assert found[: FREE - 1] == [0] * (FREE - 1)
    assert found[FREE - 1 :] == sorted(found[FREE - 1 :])
    assert found[-1] > found[FREE - 1] > 0
    with database.writing() as transaction:
        note_success(transaction, address)
    assert waits() == 0
