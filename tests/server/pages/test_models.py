"""`/models`: versions side by side, promoted and rolled back by people who say why."""

import json
import re

import pytest
from fastapi.testclient import TestClient

from running import settings_in, token_for
from sayso.artifacts import new_artifact, write_json
from sayso.registry import add, aliases_in, history_of, model_folder, promote
from sayso.registry.versions import remove_bundle, version_at
from sayso.server.app import create_app
from server.pages.visitors import Visitor, bundle_worth, noted


@pytest.fixture
def folder(settings):
    return model_folder(settings.registry, "tiny")


@pytest.fixture(autouse=True)
def second_in_production(folder):
    """Whatever a test switched is switched back."""
    yield
    promote(version_at(folder, 2))


def test_versions_stand_side_by_side_with_what_they_are_worth(expert):
    text = expert.get("/models").text
    for told in ("85.0 %", "90.0 %", "3.0 %", "build 1", "build 2", "production</strong> →", "turn 2"):
        assert told in text
    assert text.index("build 2") < text.index("build 1")


def test_a_version_has_a_page_with_its_labels_and_its_origin(expert, folder):
    text = expert.get("/models/tiny/1").text
    assert version_at(folder, 1).id in text
    assert text.count("85.0 %") == 2 + 3 * 8
    assert "bundle1" in text
    assert expert.get("/models/tiny/9").status_code == 404
    assert expert.get("/models/..%2f/1").status_code == 404


def test_before_a_switch_one_is_told_what_will_happen(admin):
    text = admin.get("/models/tiny/1/promote").text
    assert "Promote version 1 to production" in text
    assert "registry:tiny@production" in text
    assert "and goes on with it" in text
    assert "There is nothing to do." in admin.get("/models/tiny/2/promote").text
    assert "Roll production back to version 1" in admin.get("/models/tiny/rollback").text


@pytest.mark.parametrize(("path", "action"), [("/models/tiny/1/promote", "promote"), ("/models/tiny/rollback", "rollback")])
def test_a_switch_is_made_noted_and_signed(admin, server, folder, path, action):
    admin.get(path)
    answer = admin.post(path, alias="production", before="2", to="1", why="  slow on\nlong questions ")
    assert answer.status_code == 303, answer.text
    assert aliases_in(folder)["production"].after == 1
    switch = history_of(folder)[-1]
    assert (switch.action, switch.made.why) == (action, "slow on long questions (a test's admin)")
    entry = noted(server, f"model.{action}")
    assert entry.subject == "tiny@production"
    assert (entry.details["from"], entry.details["to"], entry.details["why"]) == (2, 1, "slow on long questions")
    assert "admin" in entry.who
    assert 'role="status"' in admin.get(answer.headers["location"]).text


def test_a_new_alias_may_be_set(admin, folder):
    assert admin.post("/models/tiny/1/promote", alias="staging", before="0", why="to try").status_code == 303
    assert aliases_in(folder)["staging"].after == 1
    assert admin.post("/models/tiny/1/promote", alias="../x", before="0", why="to try").status_code == 400


def test_without_a_reason_nothing_is_switched(admin, folder):
    answer = admin.post("/models/tiny/1/promote", before="2", why=" \n ")
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert aliases_in(folder)["production"].after == 2


def test_who_looked_at_something_else_is_asked_again(admin, folder):
    answer = admin.post("/models/tiny/1/promote", before="1", why="mine & only <mine>")
    assert answer.status_code == 409
    assert "Somebody has switched this alias meanwhile." in answer.text
    assert "mine &amp; only &lt;mine&gt;</textarea>" in answer.text
    assert aliases_in(folder)["production"].after == 2
    assert admin.post("/models/tiny/rollback", before="2", to="7", why="x").status_code == 409


def test_a_version_that_does_not_prove_itself_is_not_promoted_and_the_reason_is_shown(admin, settings, server, tmp_path, folder):
    broken = add(settings.registry, bundle_worth(tmp_path / "broken", 0.5), why="broken")
    (broken.bundle / "model.onnx").write_bytes(b"torn")
    before = noted(server, "model.promote")
    answer = admin.post(f"/models/tiny/{broken.number}/promote", before="2", why="in a hurry")
    assert answer.status_code == 409
    assert "did not prove itself" in answer.text
    assert "model.onnx" in answer.text
    assert aliases_in(folder)["production"].after == 2
    after = noted(server, "model.promote")
    assert (before and before.id) == (after and after.id)


def test_a_version_whose_bundle_was_removed_is_still_told_of(admin, settings, tmp_path):
    gone = add(settings.registry, bundle_worth(tmp_path / "gone", 0.4), why="gone")
    remove_bundle(gone)
    text = admin.get(f"/models/tiny/{gone.number}").text
    assert "was removed to make room" in text
    assert "Point an alias here" not in text
    assert "removed" in admin.get("/models").text


def test_a_reason_is_text(admin, expert):
    admin.post("/models/tiny/1/promote", before="2", why="<script>alert(1)</script>")
    for path in ("/models", "/audit"):
        text = expert.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_an_expert_switches_nothing(expert, folder):
    expert.get("/models")
    for path in ("/models/tiny/1/promote", "/models/tiny/rollback"):
        assert expert.post(path, before="2", to="1", why="x").status_code == 403
    assert aliases_in(folder)["production"].after == 2


def test_an_alias_that_never_pointed_elsewhere_cannot_be_rolled_back(admin, settings, tmp_path):
    promote(add(settings.registry, bundle_worth(tmp_path / "other", 0.9, name="other")))
    assert "no version before" in admin.get("/models/other/rollback").text
    assert admin.get("/models/other/rollback").status_code == 409


def test_a_server_of_an_alias_says_so_and_takes_the_promoted_version_over_at_once(tmp_path):
    registry = tmp_path / "registry"
    for number in (1, 2):
        promote(add(registry, bundle_worth(tmp_path / f"b{number}", 0.8 + number / 20)))
    settings = settings_in(tmp_path, model="registry:tiny", registry=registry)
    app = create_app(settings)
    with TestClient(app):
        admin = Visitor(app).log_in(token_for(settings, "admin"))
        assert "answers here" in admin.get("/models").text
        assert "This server answers with that alias." in admin.get("/models/tiny/1/promote").text
        admin.post("/models/tiny/1/promote", before="2", why="back")
        assert app.state.server.production.serving.version == "1"
        assert re.search(r"<dd>1</dd>", admin.get("/").text)


def test_an_empty_registry_says_how_to_fill_it(tmp_path):
    settings = settings_in(tmp_path, registry=tmp_path / "registry")
    app = create_app(settings)
    with TestClient(app):
        assert "sayso promote build/bundle" in Visitor(app).log_in(token_for(settings, "expert")).get("/models").text


def test_reliability_is_shown_of_the_version_that_the_projects_report_is_about(expert, admin, settings, tmp_path):
    with new_artifact(settings.project / "build" / "report", "report") as draft:
        bins = [{"low": 0.9, "high": 1.0, "count": 80, "confidence": 0.95, "accuracy": 0.9375}]
        write_json(draft.path / "report.json", {"details": {"intent": {"reliability": bins}}})
    digest = json.loads((settings.project / "build" / "report" / "manifest.json").read_text())["digest"]
    folder = bundle_worth(tmp_path / "reported", 0.7)
    manifest = json.loads((folder / "manifest.json").read_text()) | {"inputs": {"report": digest}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    version = add(settings.registry, folder)
    assert "93.8 %" in expert.get(f"/models/tiny/{version.number}").text
    assert "Reliability" not in expert.get("/models/tiny/1").text
    assert expert.get("/models/tiny/1/reliability.svg?head=intent").status_code == 404
    pytest.importorskip("vl_convert")
    for theme in ("light", "dark"):
        assert "<svg" in expert.get(f"/models/tiny/{version.number}/reliability.svg?head=intent&theme={theme}").text
