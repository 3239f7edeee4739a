"""config.yaml: what is read of it, what is refused, and that a change leaves the rest of it alone."""

import pytest
import yaml

from sayso.errors import InputError, UsageError
from sayso.estimator.config import Settings, read_settings, write_settings


def test_other_sections_and_a_missing_one_are_no_error(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("server:\n  port: 8000\n")
    assert read_settings(path) == Settings()
    path.write_text("")
    assert read_settings(path) == Settings()


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("  ml_model_enable: true", "did you mean"),
        ("  ml_estimation_mode: hybird", "hybird"),
        ("  enabled: perhaps", "enabled"),
        ("  enabled: 0", "boolean"),
        ("  - a", "mapping"),
    ],
)
def test_a_wrong_setting_is_an_error_with_file_and_line(tmp_path, section, told):
    path = tmp_path / "config.yaml"
    path.write_text(f"other: 1\ntask_complexity:\n{section}\n")
    with pytest.raises(InputError) as error:
        read_settings(path)
    assert told in str(error.value)
    assert "config.yaml:" in str(error.value)


def test_a_change_keeps_the_rest_of_the_file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("server: {port: 8000}\ntask_complexity: {enabled: true}\nz: 你好\n", encoding="utf-8")
    assert write_settings(path, {"ml_estimation_mode": "ml_only"}).ml_estimation_mode == "ml_only"
    assert yaml.safe_load(path.read_text(encoding="utf-8")) == {
        "server": {"port": 8000},
        "task_complexity": {"enabled": True, "ml_estimation_mode": "ml_only"},
        "z": "你好",
    }


def test_a_wrong_change_changes_nothing(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("task_complexity: {enabled: true}\n")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="ml_estimation_mode"):
        write_settings(path, {"ml_estimation_mode": "magic"})
    assert path.read_bytes() == before
