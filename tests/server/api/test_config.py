"""`/api/config`: checked, written whole, in force at once, and noted."""

import yaml

from running import client_of, settings_in
from sayso.server.audit import entries


def test_a_change_is_in_force_when_it_is_answered_and_the_audit_log_says_who_made_it(tmp_path):
    with client_of(settings_in(tmp_path), "admin") as client:
        answer = client.put("/api/config", json={"task_complexity": {"ml_model_enabled": False, "ml_estimation_mode": "ml_refine"}})
        assert answer.status_code == 200
        assert answer.json()["task_complexity"]["ml_estimation_mode"] == "ml_refine"
        assert client.app.state.server.estimator.settings.ml_model_enabled is False
        with client.app.state.server.database.reading() as transaction:
            entry = entries(transaction)[0]
    assert (entry.action, entry.details["changes"]["ml_model_enabled"]) == ("config.change", [True, False])
    assert "admin" in entry.who
    assert yaml.safe_load((tmp_path / "config.yaml").read_text())["task_complexity"]["ml_estimation_mode"] == "ml_refine"


def test_a_wrong_setting_changes_nothing_and_is_named(tmp_path):
    with client_of(settings_in(tmp_path), "admin") as client:
        before = (tmp_path / "config.yaml").read_bytes()
        for wrong, told in (
            ({"enabld": True}, "did you mean 'enabled'"),
            ({"ml_estimation_mode": "hybrod"}, "hybrid"),
            ({"enabled": "perhaps"}, "enabled"),
        ):
            answer = client.put("/api/config", json={"task_complexity": wrong})
            assert answer.status_code == 422
            assert told in answer.json()["error"]["message"]
        assert (tmp_path / "config.yaml").read_bytes() == before


def test_what_the_file_held_otherwise_stays(tmp_path):
    settings = settings_in(tmp_path)
    (tmp_path / "config.yaml").write_text("mine: {a: 1}\ntask_complexity: {enabled: true}\n")
    with client_of(settings, "admin") as client:
        client.put("/api/config", json={"task_complexity": {"enabled": False}})
    assert yaml.safe_load((tmp_path / "config.yaml").read_text()) == {"mine": {"a": 1}, "task_complexity": {"enabled": False}}


def test_a_change_by_one_process_is_in_force_in_the_others(tmp_path):
    settings = settings_in(tmp_path)
    with client_of(settings, "admin") as one, client_of(settings, "admin") as other:
        one.put("/api/config", json={"task_complexity": {"enabled": False}})
        for _ in range(200):
            if other.post("/v1/estimate", json={"text": "hello"}).status_code == 503:
                break
        else:
            raise AssertionError("the other process did not notice")
