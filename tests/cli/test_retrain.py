"""Retraining, as a person types it and as a server starts it."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from conftest import WORDS
from retrain.conftest import elsewhere, retrained, shop_folder, texts, trained_shop, write_rows  # noqa: F401
from sayso.artifacts import read_json
from sayso.registry import aliases_in, default_registry

COMMAND = [sys.executable, "-c", "from sayso.cli import main; main()", "retrain"]


def environment(**more):
    return {**os.environ, "COLUMNS": "120", "NO_COLOR": "1", **more}


def sayso_retrain(folder, *args, code=0, **more):
    result = subprocess.run(
        [*COMMAND, "--project", str(folder), *map(str, args)], capture_output=True, text=True, check=False, env=environment(**more)
    )
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    return result


@pytest.fixture
def folder(trained_shop):  # noqa: F811
    """A project with labels in its folder for them, and a test set of its own."""
    place = trained_shop.folder
    (place / "labels").mkdir()
    (place / "people.jsonl").rename(place / "labels" / "march.jsonl")
    with open(place / "sayso.yaml", "a") as stream:
        stream.write("\nretrain: {test: judge.jsonl}\n")
    return place


def test_it_prints_the_evaluation_the_comparison_the_gates_and_the_version(folder):
    result = sayso_retrain(folder)
    lines = result.stdout.splitlines()
    assert lines[0] == "Evaluation Results:"
    assert lines[1].startswith("  Accuracy: 0.9") or lines[1] == "  Accuracy: 1.000"
    assert lines[2].startswith("  F1 (weighted): ")
    assert lines[3] == "  Per-class:"
    assert [line.partition(":")[0].strip() for line in lines[4:7]] == list(WORDS)
    assert lines[4].startswith("    buy: P=")
    assert "Beside the project's bundle, on the same 188 rows" in result.stdout
    assert "intent.f1.min >= 0.85" in result.stdout
    assert "tiny@1 (" in lines[-1]
    assert "from march.jsonl" in result.stderr and "left out because of the frozen test set" in result.stderr
    assert "warning: fewer than 200 labels of" in result.stderr
    assert "sayso promote tiny@1" in result.stderr
    assert aliases_in(default_registry() / "tiny") == {}


def test_promoted_only_when_asked_and_under_the_alias_that_is_named(folder):
    document = json.loads(sayso_retrain(folder, "--json", "--promote", "--alias", "staging", "--why", "spring").stdout)
    assert (document["model"], document["version"], document["promoted"], document["alias"]) == ("tiny", 1, True, "staging")
    switch = aliases_in(default_registry() / "tiny")["staging"]
    assert (switch.after, switch.made.why) == (1, "spring")


def test_json_is_one_document_and_nothing_else(folder):
    document = json.loads(sayso_retrain(folder, "--json").stdout)
    assert document["promoted"] is False and document["held"] is True
    assert {"gates", "figures", "against", "labels", "merged", "frozen", "warnings", "bundle", "report"} <= document.keys()
    assert document["against"]["accuracy"]["low"] > 0
    assert document["labels"]["origins"] == {"march.jsonl": document["labels"]["given"]}


def test_a_gate_that_does_not_hold_ends_with_code_1_and_promotes_nothing(folder):
    with open(folder / "sayso.yaml") as stream:
        text = stream.read()
    (folder / "sayso.yaml").write_text(text.replace("{test: judge.jsonl}", "{test: judge.jsonl, gates: [size_mb <= 0.001]}"))
    result = sayso_retrain(folder, "--promote", "--json", code=1)
    assert "1 gate does not hold: size_mb <= 0.001 (measured" in result.stderr
    assert "Nothing was registered" in result.stderr
    document = json.loads(result.stdout)
    assert (document["held"], document["version"], document["promoted"]) == (False, None, False)
    assert not (default_registry() / "tiny").exists()


def test_a_label_that_is_not_known_is_refused_with_file_line_and_the_nearest(folder):
    with open(folder / "labels" / "march.jsonl", "a") as stream:
        stream.write('{"text": "who bakes", "label": "othr"}\n')
    lines = len((folder / "labels" / "march.jsonl").read_text().splitlines())
    assert f"march.jsonl:{lines}: 'othr' is not a label of 'intent'; did you mean 'other'?" in sayso_retrain(folder, code=3).stderr


def test_without_labels_it_says_where_they_may_come_from(folder):
    (folder / "labels" / "march.jsonl").unlink()
    assert "name one with --labels FILE" in sayso_retrain(folder, code=3).stderr


def test_a_test_set_that_was_changed_is_refused_until_it_is_frozen_again(folder):
    labels = write_rows(folder / "more.jsonl", "label", texts(WORDS)[2::4])
    sayso_retrain(folder, "--labels", folder / "labels" / "march.jsonl", "--labels", labels)
    write_rows(folder / "judge.jsonl", "intent", texts(WORDS)[1::5])
    assert "this test set was changed since it was frozen" in sayso_retrain(folder, code=3).stderr
    sayso_retrain(folder, "--refreeze", "--against", "none")


def test_a_name_that_cannot_be_an_alias_is_refused_at_once(folder):
    assert "'7' cannot be an alias" in sayso_retrain(folder, "--alias", "7", code=2).stderr


def test_its_progress_is_in_a_file_for_who_started_it_and_ctrl_c_ends_it_with_130_and_it_goes_on(folder, tmp_path):
    (folder / "sayso.yaml").write_text((folder / "sayso.yaml").read_text().replace("epochs: 8", "epochs: 40"))
    file = tmp_path / "progress.json"
    command = [*COMMAND, "--project", str(folder), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(SAYSO_PROGRESS_FILE=str(file))
    ) as process:
        seen = []
        until = time.monotonic() + 120
        while time.monotonic() < until and process.poll() is None:
            seen += [read_json(file)] if file.is_file() else []
            if seen and "epoch" in seen[-1]["doing"] and len(list(folder.glob("build/retrain/.weights.work/*/checkpoint-*"))) > 1:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert out == ""
    assert "interrupted; the same command goes on from there" in said
    assert {each["step"] for each in seen} <= {"", "labels", "merge", "generate", "check", "verify", "train"}
    assert seen[-1]["total"] >= seen[-1]["done"] > 0
    assert "went on where it was interrupted" in sayso_retrain(folder).stderr
