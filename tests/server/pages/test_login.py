"""The log-in: a token for a cookie, slower after failures, and only to places on this server."""

import pytest
from fastapi.testclient import TestClient

from running import token_for
from sayso.server.access.attempts import FREE, note_success
from sayso.server.access.sessions import COOKIE
from sayso.server.pages.login import local
from server.pages.visitors import Visitor, noted

ADDRESS = "testclient"
ELSEWHERE = [
    *("https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "javascript:alert(1)"),
    *("/%0d%0aSet-Cookie:a=b\r\n", "/a b", ""),
]


@pytest.fixture(autouse=True)
def forgiven(server):
    """What failed in one test does not slow the next."""
    yield
    with server.database.writing() as transaction:
        note_success(transaction, ADDRESS)


def test_a_token_opens_a_session_whose_cookie_no_script_and_no_other_site_can_use(stranger, settings, server):
    answer = stranger.client.post("/login", data={"token": f" {token_for(settings, 'expert')}\n", "next": "/models"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/models")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(COOKIE)
    for part in ("httponly", "samesite=strict", "path=/"):
        assert part in cookie
    assert "secure" not in cookie
    assert "expert" in noted(server, "login").who
    assert stranger.get("/login?next=/audit").headers["location"] == "/audit"


def test_over_https_the_cookie_goes_nowhere_else(app, settings):
    client = TestClient(app, base_url="https://testserver", follow_redirects=False)
    answer = client.post("/login", data={"token": token_for(settings, "expert")})
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("wrong", ["", "nonsense", "sayso_00000000_" + "x" * 43, "\u2603"])
def test_a_wrong_token_is_refused_in_the_form_and_noted(stranger, server, wrong):
    answer = stranger.post("/login", token=wrong)
    assert answer.status_code == 403
    assert "This token is not valid." in answer.text
    assert COOKIE not in answer.headers.get("set-cookie", "")
    assert noted(server, "login.failed").subject == ADDRESS


def test_a_programs_token_opens_no_session_and_is_no_failure(stranger, settings):
    for _ in range(FREE + 1):
        answer = stranger.post("/login", token=token_for(settings, "app"))
        assert answer.status_code == 403
        assert "This token is a program&#39;s." in answer.text
        assert "set-cookie" not in answer.headers


def test_who_fails_again_and_again_must_wait_even_with_the_right_token(stranger, settings):
    for _ in range(FREE):
        stranger.post("/login", token="wrong")
    answer = stranger.post("/login", token=token_for(settings, "admin"))
    assert answer.status_code == 429
    assert f"Try again in {answer.headers['retry-after']} seconds." in answer.text


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nobody_is_sent_to_another_site(app, settings, elsewhere):
    answer = Visitor(app).post("/login", token=token_for(settings, "expert"), next=elsewhere)
    assert answer.headers["location"] == "/"
    assert local(elsewhere) == "/"


@pytest.mark.parametrize("here", ["/", "/models", "/models/tiny/1/promote?alias=production", "/audit?before=50&action=login"])
def test_one_is_sent_back_to_where_one_was(here):
    assert local(here) == here


def test_a_form_on_another_site_logs_nobody_in(stranger, settings):
    answer = stranger.post("/login", token=token_for(settings, "admin"), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_logging_out_ends_the_session_on_the_server_too(app, settings, server):
    visitor = Visitor(app).log_in(token_for(settings, "expert"))
    secret = visitor.client.cookies[COOKIE]
    assert visitor.post("/logout").headers["location"] == "/login?done=logout"
    assert visitor.get("/").status_code == 303
    visitor.client.cookies.set(COOKIE, secret)
    assert visitor.get("/").status_code == 303
    assert noted(server, "logout")


def test_logging_in_again_ends_the_session_before(app, settings):
    visitor = Visitor(app).log_in(token_for(settings, "expert"))
    before = visitor.client.cookies[COOKIE]
    visitor.log_in(token_for(settings, "admin"))
    other = Visitor(app)
    other.client.cookies.set(COOKIE, before)
    assert other.get("/").status_code == 303
