"""`/settings`: what is saved is in force, or nothing of it is."""

import pytest
import yaml

from server.pages.visitors import noted
from tiny_model import COMPLEXITY, write_bundle

RULES = {
    **{"score": "score", "tier": "tier", "mode": "hybrid", "model_share": 0.6, "unsure": [0.35, 0.65]},
    **{"scale": {"raw": [0, 1], "score": [0, 1]}, "edges": [0.5]},
}


@pytest.fixture(autouse=True)
def as_before(settings, server):
    yield
    settings.config_file.write_text("task_complexity: {}\n")
    server.estimator.reload()


def test_a_change_is_in_force_at_once_and_noted(admin, server, settings):
    admin.get("/settings")
    answer = admin.post("/settings", enabled="true", ml_estimation_mode="ml_refine", ml_model_path="models/mine")
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings?done=saved")
    assert server.estimator.settings.ml_estimation_mode == "ml_refine"
    assert server.estimator.settings.ml_model_enabled is False
    changes = noted(server, "config.change").details["changes"]
    assert changes["ml_estimation_mode"] == [None, "ml_refine"]
    assert "Saved, and in force." in admin.get("/settings?done=saved").text
    assert "ml_tokenizer_path" not in yaml.safe_load(settings.config_file.read_text())["task_complexity"]


def test_what_is_emptied_is_as_if_it_had_never_been_set(admin, server):
    admin.post(
        "/settings", enabled="true", ml_model_enabled="true", ml_estimation_mode="hybrid", ml_tokenizer_path="tok", ml_model_path="m"
    )
    admin.post("/settings", enabled="true", ml_estimation_mode="", ml_tokenizer_path=" ", ml_model_path="")
    found = server.estimator.settings
    assert (found.ml_estimation_mode, found.ml_tokenizer_path) == (None, None)
    assert found.ml_model_path.name == "complexity_model_int8.onnx"


def test_a_wrong_value_changes_nothing_and_what_was_typed_is_kept(admin, settings):
    before = settings.config_file.read_bytes()
    answer = admin.post("/settings", enabled="true", ml_estimation_mode="hybrod", ml_model_path="my/<model>")
    assert answer.status_code == 422
    assert "hybrid" in answer.text
    assert 'value="my/&lt;model&gt;"' in answer.text
    assert settings.config_file.read_bytes() == before


def test_the_page_says_what_answers_and_what_is_wrong(admin, settings):
    text = admin.get("/settings").text
    assert "The rules answer alone." in text
    assert "there is no model here" in text
    write_bundle(settings.project / "complexity", COMPLEXITY, rules=RULES)
    admin.post("/settings", enabled="true", ml_model_enabled="true", ml_estimation_mode="ml_only", ml_model_path="complexity")
    text = admin.get("/settings").text
    assert "The model answers alone." in text
    assert "there is no model here" not in text
    admin.post("/settings", ml_model_enabled="true", ml_estimation_mode="ml_only", ml_model_path="complexity")
    assert "Estimates are switched off." in admin.get("/settings").text


def test_an_expert_may_look_but_not_change(expert, server):
    assert "Only an admin may change these." in expert.get("/settings").text
    assert expert.post("/settings", enabled="").status_code == 403
    assert server.estimator.settings.enabled
