"""`/tokens`: made, shown once, revoked."""

import re

from running import token_for
from sayso.server.access.tokens import SHAPE
from server.pages.visitors import Visitor, noted


def made_on(text):
    return re.search(r'<code id="secret">([^<]+)</code>', text)[1]


def test_a_token_is_shown_once_and_works(admin, app, server):
    admin.get("/tokens")
    answer = admin.post("/tokens", name="Anna", role="expert", expires="30d")
    assert answer.status_code == 200
    token = made_on(answer.text)
    assert SHAPE.fullmatch(token)
    assert token not in admin.get("/tokens").text
    assert Visitor(app).log_in(token).get("/").status_code == 200
    entry = noted(server, "token.create")
    assert (entry.details, "admin" in entry.who) == ({"role": "expert", "name": "Anna"}, True)


def test_what_cannot_be_made_is_refused_and_what_was_typed_is_kept(admin):
    answer = admin.post("/tokens", name="Anna & <Co>", role="king", expires="")
    assert answer.status_code == 422
    assert "there is no role" in answer.text
    assert 'value="Anna &amp; &lt;Co&gt;"' in answer.text
    assert admin.post("/tokens", name=" ", role="app").status_code == 422
    assert admin.post("/tokens", name="x", role="app", expires="soon").status_code == 422


def test_revoking_is_confirmed_and_ends_sessions(admin, app, settings, server):
    token = token_for(settings, "expert")
    identity = token.split("_")[1]
    visitor = Visitor(app).log_in(token)
    text = admin.get(f"/tokens/{identity}/revoke").text
    assert "This cannot be undone." in text
    assert "You are logged in with this token." not in text
    assert admin.post(f"/tokens/{identity}/revoke").headers["location"] == "/tokens?done=revoked"
    assert "The token is revoked." in admin.get("/tokens?done=revoked").text
    assert visitor.get("/").status_code == 303
    assert noted(server, "token.revoke").subject == identity
    assert admin.get(f"/tokens/{identity}/revoke").status_code == 404
    assert admin.get("/tokens/nonsense/revoke").status_code == 404


def test_one_is_warned_before_revoking_ones_own(app, settings):
    token = token_for(settings, "admin")
    own = Visitor(app).log_in(token)
    path = f"/tokens/{token.split('_')[1]}/revoke"
    assert "You are logged in with this token." in own.get(path).text
    own.post(path)
    assert own.get("/tokens").status_code == 303


def test_an_expert_makes_and_revokes_nothing(expert):
    assert expert.post("/tokens", name="x", role="admin").status_code == 403
    assert expert.post("/tokens/00000000/revoke").status_code == 403
