"""A version beside production on the models page: compared side by side, begun, ended and promoted by people who say why."""

import re
import time

import pytest
from fastapi.testclient import TestClient

from running import settings_in, token_for
from sayso.registry import add, aliases_in, history_of, model_folder, promote, remove_alias
from sayso.registry.versions import version_at
from sayso.server.app import create_app
from sayso.server.monitoring.comparing import Compared
from sayso.server.store.tables import Shadow
from server.pages.visitors import Visitor, bundle_worth, noted

HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory, shared_database_url):
    """A server that answers with the first of three versions."""
    folder = tmp_path_factory.mktemp("beside")
    registry = folder / "registry"
    for number in (1, 2, 3):
        add(registry, bundle_worth(folder / f"bundle{number}", 0.8 + number / 20), why=f"build {number}")
    promote(version_at(registry / "tiny", 1))
    return settings_in(folder, model="registry:tiny", registry=registry, database_url=shared_database_url)


@pytest.fixture
def folder(settings):
    return model_folder(settings.registry, "tiny")


@pytest.fixture(autouse=True)
def nothing_beside(server, folder):
    """Before each test nothing runs beside production, which is the first version, and nothing was compared."""
    promote(version_at(folder, 1))
    if "shadow" in aliases_in(folder):
        remove_alias(folder, "shadow")
    server.production.look()
    server.shadow.candidate.look()
    with server.database.writing() as transaction:
        transaction.query(Shadow).delete()


@pytest.fixture
def second_beside(server, folder):
    """The second version runs beside production, and was compared."""
    promote(version_at(folder, 2), "shadow", why="from May's labels")
    server.shadow.candidate.look()
    for label, other, answers in (("FindCallers", "FindCallers", 90), ("FindCallers", "Visualize", 7), ("TextSearch", "SymbolQuery", 3)):
        each = {"confidence": 0.9, "candidate_confidence": 0.8, "seconds": 0.002, "candidate_seconds": 0.0015}
        for _ in range(answers):
            server.monitoring.comparisons.add(Compared("tiny@1", "tiny@2", label, other), **each)
    server.monitoring.comparisons.write()


def test_without_a_candidate_nothing_is_shown(expert):
    assert "Beside production" not in expert.get("/models").text
    assert "<section" not in expert.get("/models/shadow", headers=HTMX).text


def test_an_expert_sees_both_side_by_side(expert, second_beside):
    text = expert.get("/models").text
    for told in (
        "90.0 %",
        "82.6 % to 94.5 % (95 %)",
        ">100<",
        "2.00 <small>ms",
        "1.50 <small>ms",
        "80.0 %",
        "tiny 1",
        "tiny 2",
        "10 % of what",
    ):
        assert told in text, told
    assert re.search(r"FindCallers</th><td>Visualize</td><td class=\"n\">7</td><td class=\"n\">7.0 %", text)
    assert text.index(">Visualize</td>") < text.index(">SymbolQuery</td>")
    assert "End…" not in text
    assert "Run beside production…" not in text


def test_the_part_that_renews_itself_is_the_same_and_nobody_else_is_sent_it(expert, second_beside):
    part = expert.get("/models/shadow", headers=HTMX).text
    assert part.strip() in expert.get("/models").text
    assert expert.get("/models/shadow").headers["location"] == "/models"


def test_in_italian_too(expert, second_beside):
    text = expert.get("/models", headers={"Accept-Language": "it"}).text
    assert "Accanto alla produzione" in text
    assert "da 82,6 % a 94,5 % (95 %)" in text


def test_an_admin_runs_a_version_beside_production_and_says_why(admin, server, folder):
    assert "/models/tiny/2/promote?alias=shadow" in admin.get("/models").text
    asked = admin.get("/models/tiny/2/promote?alias=shadow").text
    assert "Run version 2 beside production" in asked
    assert "10 % of what production is asked" in asked
    assert "gives way to it" not in asked
    answer = admin.post("/models/tiny/2/promote", alias="shadow", before="0", why="from May's labels")
    assert answer.headers["location"] == "/models?done=beside"
    assert server.shadow.candidate.serving.version == "2"
    assert server.production.serving.version == "1"
    text = admin.get(answer.headers["location"]).text
    assert "The version runs beside production." in text
    assert "Nothing is compared yet." in text
    assert "/models/tiny/2/promote?alias=shadow" not in text
    assert "/models/tiny/3/promote?alias=shadow" in text
    assert "Version 2, which runs beside production now, gives way to it." in admin.get("/models/tiny/3/promote?alias=shadow").text
    assert noted(server, "model.promote").subject == "tiny@shadow"


def test_an_admin_ends_it_and_says_why(admin, server, folder, second_beside):
    assert "/models/tiny/shadow/end" in admin.get("/models").text
    assert "End running version 2 beside production" in admin.get("/models/tiny/shadow/end").text
    assert admin.post("/models/tiny/shadow/end", why=" ", version="2").status_code == 422
    answer = admin.post("/models/tiny/shadow/end", why=" 7 of 100\ndiffer ", version="2")
    assert answer.headers["location"] == "/models?done=ended"
    assert (server.shadow.candidate.state, "shadow" in aliases_in(folder)) == ("none", False)
    switch, entry = history_of(folder)[-1], noted(server, "model.unalias")
    assert (switch.action, switch.made.why) == ("remove", "7 of 100 differ (a test's admin)")
    assert (entry.subject, entry.details["from"], entry.details["why"]) == ("tiny@shadow", 2, "7 of 100 differ")
    text = admin.get(answer.headers["location"]).text
    assert "Nothing runs beside production any more." in text
    assert "taken away 2 → –" in text
    assert admin.get("/models/tiny/shadow/end").status_code == 404
    assert admin.post("/models/tiny/shadow/end", why="again", version="2").status_code == 404


def test_who_looked_at_another_candidate_is_asked_again(admin, folder, second_beside):
    answer = admin.post("/models/tiny/shadow/end", why="<b>enough", version="3")
    assert answer.status_code == 409
    assert "Somebody has switched this alias meanwhile." in answer.text
    assert "&lt;b&gt;enough</textarea>" in answer.text
    assert "shadow" in aliases_in(folder)


def test_promoted_it_answers_and_there_is_nothing_to_compare(admin, server, second_beside):
    assert '/models/tiny/2/promote"' in admin.get("/models").text
    admin.post("/models/tiny/2/promote", before="1", why="agrees in 90 of 100")
    assert (server.production.serving.version, server.shadow.candidate.state) == ("2", "in production")
    text = admin.get("/models").text
    assert "The candidate is in production now." in text
    assert "/models/tiny/shadow/end" in text


def test_one_that_does_not_run_is_shown_with_its_problem(admin, expert, server, folder, second_beside):
    config = version_at(folder, 2).bundle / "config.json"
    whole = config.read_bytes()
    try:
        config.write_text("{}")
        server.shadow.candidate._wanted = None
        server.shadow.candidate.look()
        for person in (admin, expert):
            text = person.get("/models").text
            assert "The candidate does not run." in text
            assert "config.json" in text
        assert "/models/tiny/shadow/end" in admin.get("/models").text
    finally:
        config.write_bytes(whole)


def test_an_expert_begins_and_ends_nothing(expert, folder, second_beside):
    expert.get("/models")
    assert expert.get("/models/tiny/shadow/end").status_code == 403
    assert expert.post("/models/tiny/shadow/end", why="x", version="2").status_code == 403
    assert expert.post("/models/tiny/3/promote", alias="shadow", before="2", why="x").status_code == 403
    assert aliases_in(folder)["shadow"].after == 2


def test_what_was_named_at_the_start_is_shown_but_not_to_be_ended_here(settings, tmp_path):
    named = settings.model_copy(update={"shadow": "registry:tiny@3", "shadow_share": 0.005})
    app = create_app(named)
    with TestClient(app):
        admin = Visitor(app).log_in(token_for(named, "admin"))
        end = time.monotonic() + 10
        while app.state.server.shadow.candidate.state != "running" and time.monotonic() < end:
            time.sleep(0.02)
        text = admin.get("/models").text
        assert "It was named when the server was started." in text
        assert "0.5 % of what production is asked" in text
        assert "/shadow/end" not in text
        assert "alias=shadow" not in text
