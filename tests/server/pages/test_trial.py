"""`/try`: the model's answer as one types, which leaves no trace."""

import json

from fastapi.testclient import TestClient

from running import settings_in, token_for
from sayso.server.app import create_app
from sayso.server.store.tables import Traffic
from server.pages.visitors import Visitor
from tiny_model import COMPLEXITY, SLOTS, write_bundle


def test_htmx_gets_the_answer_alone_and_a_browser_without_scripts_the_page(expert, server):
    part = expert.client.post("/try", data={"text": "who calls login"}, headers={"HX-Request": "true", "X-CSRF-Token": expert.csrf})
    assert not part.text.lstrip().startswith("<!doctype")
    whole = expert.post("/try", text="who calls login")
    assert whole.text.startswith("<!doctype html>")
    for text in (part.text, whole.text):
        for told in ('<h2 class="label">FindCallers</h2>', "execute", server.production.serving.model_id, "FindCallees", "length"):
            assert told in text


def test_every_kind_of_head_has_its_bars(tmp_path):
    write_bundle(tmp_path / "build" / "bundle", COMPLEXITY)
    settings = settings_in(tmp_path)
    app = create_app(settings)
    with TestClient(app):
        text = Visitor(app).log_in(token_for(settings, "expert")).post("/try", text="prove the sum").text
    assert text.count('<tr class="chosen">') == 3
    assert "maths" in text


def test_marked_pieces_are_shown_and_that_there_are_none(tmp_path):
    write_bundle(tmp_path / "build" / "bundle", SLOTS)
    settings = settings_in(tmp_path)
    app = create_app(settings)
    with TestClient(app):
        visitor = Visitor(app).log_in(token_for(settings, "expert"))
        assert "thing: graph diagram" in visitor.post("/try", text="draw graph diagram").text
        assert "Nothing of this kind" in visitor.post("/try", text="who calls").text


def test_nothing_typed_is_no_question(expert):
    assert "Type something." in expert.post("/try", text=" ").text


def test_a_text_that_is_too_long_is_refused_where_the_answer_would_be(expert, server):
    text = "x" * (server.settings.max_text_chars + 1)
    answer = expert.client.post("/try", data={"text": text}, headers={"HX-Request": "true", "X-CSRF-Token": expert.csrf})
    assert answer.status_code == 413
    assert answer.text.strip() == '<p class="alert" role="alert">This text is too long.</p>'


def test_switched_off_estimates_are_said_to_be(expert, server):
    server.estimator.update(enabled=False)
    try:
        assert "Estimates are switched off" in expert.post("/try", text="hello").text
    finally:
        server.estimator.update(enabled=True)


def test_it_is_counted_nowhere(expert, server):
    expert.post("/try", text="hello")
    server.monitoring.counter.write()
    with server.database.reading() as transaction:
        assert transaction.query(Traffic).count() == 0


def test_a_hostile_label_stays_text(tmp_path):
    label = "<script>alert(1)</script>"
    heads = json.loads(json.dumps(COMPLEXITY))
    heads["tier"]["labels"] = [label, "hard"]
    write_bundle(tmp_path / "build" / "bundle", heads)
    settings = settings_in(tmp_path)
    app = create_app(settings)
    with TestClient(app):
        text = Visitor(app).log_in(token_for(settings, "expert")).post("/try", text="small").text
    assert label not in text
    assert "&lt;script&gt;alert(1)" in text
