"""The commands of the stages, as a person types them, on small projects."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BAKERY = Path(__file__).parent.parent.parent / "docs" / "bakery"


def sayso(*args, cwd=None, code=0):
    command = [sys.executable, "-c", "from sayso.cli import main; main()", *map(str, args)]
    result = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}, check=False
    )
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    return result


@pytest.fixture
def bakery(tmp_path):
    return Path(shutil.copytree(BAKERY, tmp_path / "bakery", ignore=shutil.ignore_patterns("build", "verify")))


def test_generate_writes_one_file_in_the_form_with_metadata(bakery):
    options = ("--samples-per-intent", 50, "--augmentation-ratio", 0.5, "--seed", 42)
    sayso("generate", "--output", "data/train.json", *options, "--verification-output", "data/verify.json", cwd=bakery)
    document = json.loads((bakery / "data" / "train.json").read_text())
    assert document["metadata"]["total_samples"] == len(document["samples"]) == 250
    assert document["metadata"]["per_intent"]["order"] == 50
    assert len(json.loads((bakery / "data" / "verify.json").read_text())["samples"]) == 25


def test_generate_twice_with_a_seed_is_the_same_to_the_byte(bakery):
    for name in ("one.jsonl", "two.jsonl"):
        sayso("generate", "--output", name, "--seed", 5, "--samples-per-intent", 40, cwd=bakery)
    assert (bakery / "one.jsonl").read_bytes() == (bakery / "two.jsonl").read_bytes()


def test_generate_tells_what_each_label_can_give(bakery):
    result = sayso("generate", "--json", cwd=bakery)
    assert {template["label"] for template in json.loads(result.stdout)["templates"]} >= {"order", "complaint"}
    assert "texts possible" in sayso("generate", cwd=bakery).stdout


def test_generate_refuses_more_than_there_is_with_code_3(bakery):
    assert "is asked for 200000 different texts" in sayso("generate", "--samples-per-intent", 200000, cwd=bakery, code=3).stderr


def test_check_shows_counts_and_ends_well_when_all_is_well(bakery):
    sayso("generate", cwd=bakery)
    assert "opening_hours" in sayso("check", cwd=bakery).stdout


def test_check_of_a_bad_file_names_the_line_and_ends_with_code_3(bakery):
    (bakery / "real.jsonl").write_text('{"text": "bread?", "intent": "order"}\n{"text": "open", "intent": "hours"}\n')
    assert "real.jsonl:2: 'hours' is not a label" in sayso("check", "--data", "real.jsonl", cwd=bakery, code=3).stderr


def test_check_ends_with_code_1_when_something_is_to_mend(bakery):
    (bakery / "real.jsonl").write_text('{"text": "bread?", "intent": "order"}\n{"text": "bread!", "intent": "other"}\n')
    result = sayso("check", "--data", "real.jsonl", "--json", cwd=bakery, code=1)
    assert "conflict" in {finding["kind"] for finding in json.loads(result.stdout)["findings"]}


def test_calibrate_evaluate_and_bundle_go_on_from_an_exported_model(built_project):
    folder = built_project.folder
    assert "temperature" in sayso("calibrate", cwd=folder).stdout
    shown = sayso("evaluate", cwd=folder).stdout
    assert "Beside simpler models" in shown
    assert "What (row) was taken for what (column)" in shown
    assert "model.onnx" in sayso("bundle", cwd=folder).stdout
    assert "buy" in sayso("predict", ".", "buy bread please", cwd=folder).stdout


def test_a_gate_that_does_not_hold_ends_with_code_1_and_is_named(built_project):
    with open(built_project.folder / "sayso.yaml", "a") as stream:
        stream.write("gates: ['size_mb <= 0.000001']\n")
    sayso("calibrate", cwd=built_project.folder)
    result = sayso("evaluate", cwd=built_project.folder, code=1)
    assert "size_mb <= 1e-06 (measured" in result.stderr
    assert (built_project.build / "report" / "report.html").is_file()
    assert "does not hold" in sayso("bundle", cwd=built_project.folder, code=1).stderr


def test_evaluate_with_a_file_prints_and_writes_a_report(tiny_bundle, tmp_path):
    (tmp_path / "real.jsonl").write_text('{"text": "buy bread", "intent": "buy"}\n{"text": "open sunday", "intent": "hours"}\n')
    result = sayso("evaluate", tiny_bundle, "--data", "real.jsonl", "--report", "found", "--temperature", 1.5, cwd=tmp_path)
    assert "intent: accuracy" in result.stdout
    assert (tmp_path / "found" / "report.html").is_file()


def test_what_is_for_a_language_model_says_so(bakery):
    assert "`engine` is encoder" in sayso("evaluate", "--no-grammar", cwd=bakery, code=2).stderr
    assert "does not go with --data" in sayso("evaluate", "--no-grammar", "--data", "x.jsonl", cwd=bakery, code=2).stderr


def test_options_that_need_a_file_say_so(tmp_path):
    assert "go with --data FILE" in sayso("evaluate", "--temperature", 1.5, cwd=tmp_path, code=2).stderr
    assert "go with --train FILE" in sayso("train", "--eval", "x.json", cwd=tmp_path, code=2).stderr
    assert "go with --weights DIR" in sayso("export", "--eval", "x.json", cwd=tmp_path, code=2).stderr
    assert "go together" in sayso("calibrate", "--model", "x", cwd=tmp_path, code=2).stderr


def test_plain_files_are_trained_exported_and_calibrated_without_a_project(tiny_base, bakery, tmp_path):
    sayso("generate", "--output", tmp_path / "train.json", "--samples-per-intent", 30, cwd=bakery)
    sayso("generate", "--output", tmp_path / "eval.json", "--samples-per-intent", 20, "--seed", 42, cwd=bakery)
    files = ("--train", "train.json", "--eval", "eval.json", "--output", "models/clf", "--model", tiny_base)
    sayso("train", *files, "--epochs", 1, "--batch-size", 32, "--lr", 2e-5, "--no-fp16", cwd=tmp_path)
    sayso("export", "--model", "models/clf", "--output", "models/onnx", "--quantize", "--eval", "eval.json", cwd=tmp_path)
    assert "is sound" in sayso("export", "--verify", "models/onnx/model.onnx", cwd=tmp_path).stdout
    sayso("calibrate", "--model", "models/onnx", "--data", "eval.json", "--output", "models/temperature.json", cwd=tmp_path)
    assert json.loads((tmp_path / "models" / "temperature.json").read_text())["calibration_samples"] == 100
    assert "intent: accuracy" in sayso("evaluate", "models/onnx", "--data", "eval.json", "--temperature", 1.5, cwd=tmp_path).stdout


def test_a_file_that_is_no_onnx_is_told_as_such(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    assert "model.onnx: this is not" in sayso("export", "--verify", "model.onnx", cwd=tmp_path, code=3).stderr


def test_bases_tells_where_they_are():
    rows = {row["name"]: row for row in json.loads(sayso("bases", "--json").stdout)["bases"]}
    assert rows["minilm"]["hub_id"] == "sentence-transformers/all-MiniLM-L6-v2"
