"""Zero-shot as a person types it, in a folder with nothing but a sayso.yaml."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sayso.runtime.bundle import open_bundle

DESCRIPTIONS = {"buy": "wants to buy bread or cake", "hours": "asks when the shop is open", "other": None}
INTENT = {"type": "choice", "labels": DESCRIPTIONS, "fallback": "other"}


@pytest.fixture
def shop(tiny_base, tmp_path):
    """Makes the folder of a project with these heads."""

    def make(**heads):
        folder = tmp_path / "shop"
        folder.mkdir(exist_ok=True)
        document = {"name": "shop", "base": str(tiny_base), "heads": heads or {"intent": INTENT}}
        (folder / "sayso.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
        return folder

    return make


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def sayso(tmp_path, cache):
    """Runs a command, with a cache of these tests' own and a hub that cannot be reached."""

    def run(*args, cwd=None, code=0):
        command = [sys.executable, "-c", "from sayso.cli import main; main()", *map(str, args)]
        own = {"SAYSO_CACHE": cache, "HF_HOME": tmp_path / "hub", "HF_ENDPOINT": "http://127.0.0.1:9", "NO_COLOR": "1"}
        environment = {**os.environ, **{name: str(value) for name, value in own.items()}}
        result = subprocess.run(command, capture_output=True, text=True, cwd=cwd or tmp_path, env=environment, check=False)
        assert result.returncode == code, result.stderr
        assert "Traceback" not in result.stderr
        return result

    return run


def test_predict_takes_the_project_of_the_folder_it_runs_in(shop, sayso):
    first, second = sayso("predict", "zero-shot", *(label for label in DESCRIPTIONS.values() if label), cwd=shop()).stdout.splitlines()
    assert first.startswith("buy ")
    assert second.startswith("hours ")


def test_predict_takes_another_folders_project_too(shop, sayso):
    document = json.loads(sayso("predict", "zero-shot", "asks when the shop is open", "-C", shop(), "--json").stdout)
    assert document["bundle"] == "zero-shot"
    assert document["predictions"][0]["label"] == "hours"


def test_what_zero_shot_leaves_out_is_said(shop, sayso):
    folder = shop(intent=INTENT, urgency={"type": "score"})
    assert "urgency is left out: there is no telling a number" in sayso("predict", "zero-shot", "hello", cwd=folder).stderr
    assert "urgency" not in sayso("predict", "zero-shot", "hello", "--quiet", cwd=folder).stderr


def test_explain_is_for_models_with_rules(shop, sayso):
    assert "built without rules" in sayso("predict", "zero-shot", "hello", "--explain", cwd=shop(), code=2).stderr


def test_evaluate_judges_it_on_a_file(shop, sayso):
    folder = shop()
    rows = [{"text": "wants to buy bread or cake", "intent": "buy"}, {"text": "asks when the shop is open", "intent": "hours"}]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = json.loads(sayso("evaluate", "zero-shot", "--data", "rows.jsonl", "--json", cwd=folder).stdout)
    assert report["figures"]["intent"]["accuracy"] == 1.0
    assert report["name"] == "shop"


def test_bundle_writes_it_to_a_folder_that_needs_no_project(shop, sayso, tmp_path):
    folder = shop()
    assert "model.onnx" in sayso("bundle", "--zero-shot", cwd=folder).stdout
    assert open_bundle(folder / "build" / "zero-shot").manifest["provenance"]["zero_shot"]["sentences"] == 2
    sayso("bundle", "--zero-shot", "--output", tmp_path / "elsewhere", cwd=folder)
    assert sayso("predict", tmp_path / "elsewhere", "asks when the shop is open").stdout.startswith("hours")


def test_bundle_never_replaces_a_folder_of_something_else(shop, sayso, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").write_text("mine")
    assert "is there and is no bundle" in sayso("bundle", "--zero-shot", "-o", tmp_path / "mine", cwd=shop(), code=2).stderr
    assert (tmp_path / "mine" / "work.txt").read_text() == "mine"


def test_output_without_zero_shot_is_wrong_usage(shop, sayso):
    assert "--output goes with --zero-shot" in sayso("bundle", "-o", "out", cwd=shop(), code=2).stderr


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("zero-shot", 3, "no project here"),
        ("nowhere", 3, "or zero-shot"),
        ("ana/intents", 4, "cannot be reached"),
        ("zero-shot:mdeberta", 3, "no project here"),
    ],
)
def test_what_cannot_be_loaded_ends_with_a_line_and_a_code(sayso, source, code, message):
    result = sayso("predict", source, "hello", code=code)
    assert message in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_a_project_without_data_says_what_can_be_done_until_there_is_some(shop, sayso):
    result = sayso("generate", cwd=shop(), code=3)
    assert "`data` names no examples yet" in result.stderr
    assert "sayso predict zero-shot TEXT" in result.stderr


def test_a_zero_shot_model_is_promoted_like_any_other_so_that_it_can_be_rolled_back_to(shop, sayso, tmp_path):
    registry = tmp_path / "registry"
    told = json.loads(sayso("promote", "zero-shot", "--project", shop(), "--registry", registry, "--json").stdout)
    assert (told["model"], told["to"], told["changed"]) == ("shop", 1, True)
    assert "zero_shot" in open_bundle(Path(told["path"])).manifest["provenance"]
