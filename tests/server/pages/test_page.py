"""What holds for every page: who may see it, what may run in it, and that what people wrote stays text."""

import pytest

from running import token_for
from sayso.server.access.tokens import create_token
from server.pages.visitors import Visitor

EXPERTS = ["/expert/labeling", "/expert/disputes", "/expert/agreement"]
PAGES = ["/", "/models", "/models/tiny/1", "/try", *EXPERTS, "/report", "/settings", "/audit"]
FOR_ADMINS = ["/tokens", "/models/tiny/1/promote", "/models/tiny/rollback"]
HOSTILE = "<script>alert('&amp;')</script>\"><img src=x onerror=alert(1)>"


@pytest.mark.parametrize("path", [*PAGES, *FOR_ADMINS])
def test_who_is_not_logged_in_is_sent_to_the_log_in_and_from_there_back(stranger, path):
    answer = stranger.get(f"{path}?a=b")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}%3Fa%3Db")


@pytest.mark.parametrize("path", PAGES)
def test_an_expert_sees_what_is_for_experts(expert, path):
    answer = expert.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.text.startswith("<!doctype html>")


@pytest.mark.parametrize("path", FOR_ADMINS)
def test_what_is_for_admins_is_refused_to_experts_on_a_page_they_can_read(expert, admin, path):
    answer = expert.get(path)
    assert answer.status_code == 403
    assert "Your role does not allow this" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert admin.get(path).status_code == 200


def test_an_expert_is_shown_nothing_to_press_that_is_for_admins(expert):
    assert "Promote…" not in expert.get("/models").text
    assert "Promote…" not in expert.get("/models/tiny/1").text
    assert '<fieldset class="stack" disabled>' in expert.get("/settings").text
    assert "/tokens" not in expert.get("/").text


@pytest.mark.parametrize("path", [*PAGES, *FOR_ADMINS, "/login", "/nowhere", "/models/none/1"])
def test_nothing_runs_in_a_page_but_our_own_files_and_nobody_keeps_or_frames_it(admin, stranger, path):
    answer = (stranger if path == "/login" else admin).get(path)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'self'")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert " style=" not in answer.text
    assert "<style" not in answer.text
    assert " onclick=" not in answer.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/models/tiny/1/promote", {"why": "x", "before": "2"}),
        ("/models/tiny/rollback", {"why": "x", "before": "2"}),
        ("/settings", {}),
        ("/try", {"text": "hello"}),
        ("/tokens", {"name": "x", "role": "admin"}),
        ("/tokens/00000000/revoke", {}),
        ("/logout", {}),
        ("/language", {"code": "it"}),
        ("/expert/labeling", {"item": "1", "answer.intent": "TextSearch"}),
        ("/expert/disputes", {"item": "1", "answer.intent": "TextSearch"}),
        ("/expert/guide", {"head": "intent", "label": "TextSearch"}),
        ("/expert/exports/1/acknowledge", {}),
        ("/expert/import", {}),
        ("/expert/erase", {"text": "x"}),
    ],
)
@pytest.mark.parametrize("csrf", ["", "forged"])
def test_nothing_is_changed_by_a_form_that_is_not_one_of_ours(admin, path, fields, csrf):
    answer = admin.client.post(path, data={"csrf": csrf, **fields})
    assert answer.status_code == 403
    assert "did not come from one of our own pages" in answer.text


def test_a_page_that_is_not_there_is_a_page_and_for_programs_json(admin):
    answer = admin.get("/nowhere")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here." in answer.text
    assert admin.get("/nowhere", headers={"Accept": "*/*"}).json()["error"]["code"] == "not_found"
    assert admin.get("/v1/classify").json()["error"]["code"] == "method_not_allowed"


def test_a_failure_is_told_on_a_page_without_what_failed(admin, server, monkeypatch):
    def fail():
        raise RuntimeError("a secret path")

    monkeypatch.setattr(type(server.database), "reading", lambda self: fail())
    answer = admin.get("/login")
    assert answer.status_code == 500
    assert "Something went wrong on the server." in answer.text
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_what_people_wrote_stays_text_on_every_page(app, server, settings, admin):
    with server.database.writing() as transaction:
        hostile = create_token(transaction, "admin", HOSTILE)
    visitor = Visitor(app).log_in(hostile)
    for path in [*PAGES, *FOR_ADMINS, f"/tokens/{hostile.split('_')[1]}/revoke", f"/audit?action={HOSTILE}", f"/login?next={HOSTILE}"]:
        text = visitor.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    assert "&lt;script&gt;alert" in visitor.get("/tokens").text
    answer = visitor.post("/try", text=HOSTILE)
    assert HOSTILE not in answer.text
    assert "&lt;script&gt;alert" in answer.text
    assert "<script>alert" not in visitor.post("/models/tiny/1/promote", why=HOSTILE, before="7").text


def test_what_a_page_asks_of_its_own_accord_keeps_nobody_logged_in(app, server, settings):
    from sayso.server.store.tables import Session

    visitor = Visitor(app).log_in(token_for(settings, "expert"))

    def last_use():
        with server.database.reading() as transaction:
            return max(session.seen_at for session in transaction.query(Session))

    def wait_a_while():
        with server.database.writing() as transaction:
            for session in transaction.query(Session):
                session.seen_at = session.seen_at.replace(year=session.seen_at.year - 1)

    kept = server.settings
    try:
        server.settings = kept.model_copy(update={"session_idle_minutes": 60 * 24 * 1000, "session_hours": 24 * 1000})
        wait_a_while()
        before = last_use()
        assert visitor.get("/", headers={"HX-Request": "true"}).status_code == 200
        assert visitor.get("/intents/chart.svg", headers={"Accept": "image/svg+xml,image/*,*/*;q=0.8"}).status_code == 200
        assert last_use() == before
        visitor.get("/")
        assert last_use() > before
    finally:
        server.settings = kept


def test_htmx_is_sent_to_the_log_in_when_the_session_has_ended(stranger):
    answer = stranger.get("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login?next=/")


def test_static_files_may_be_kept_since_their_address_says_what_is_in_them(stranger):
    from sayso.server.pages.page import static

    for name, kind in (("style.css", "text/css"), ("pages.js", "text/javascript"), ("vendor/htmx.min.js", "text/javascript")):
        answer = stranger.get(static(name))
        assert answer.headers["content-type"].startswith(kind)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert stranger.get("/static/../page.py").status_code == 404
    assert stranger.get("/static/%2e%2e/page.py").status_code == 404
