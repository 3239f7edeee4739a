import json
import os
import subprocess
import sys

import pytest

from sayso.artifacts import open_artifact
from sayso.cli.train import train
from sayso.errors import ArtifactError, DataError, UsageError


@pytest.fixture
def files(tiny_project, tmp_path):
    """Two files of plain examples, as they lie about without a project."""
    rows = [json.loads(line) for line in (tiny_project.folder / "examples.jsonl").read_text().splitlines()]
    for name, part in (("train", rows[::2]), ("eval", rows[1::2])):
        (tmp_path / f"{name}.json").write_text(json.dumps({"metadata": {}, "samples": part}))
    return tmp_path / "train.json", tmp_path / "eval.json"


def sayso(*args):
    command = [sys.executable, "-c", "from sayso.cli import main; main()", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "100"})


def test_each_epoch_gets_a_line_and_the_weights_are_where_the_next_stage_looks(tiny_project, tiny_data, capsys):
    train(tiny_project.folder, epochs=2)
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["epoch", "train", "loss", "val", "loss", "intent"]
    assert [line.split()[0] for line in lines] == ["1", "2"]
    assert open_artifact(tiny_project.build / "weights", "weights").manifest["settings"]["epochs"] == 2


def test_options_win_over_the_project_file_and_its_other_settings_stay(tiny_project, tiny_data, capsys):
    train(tiny_project.folder, epochs=1, batch_size=64, learning_rate=2e-5, freeze_layers=1, max_length=16, seed=7, fp16=False)
    settings = open_artifact(tiny_project.build / "weights", "weights").manifest["settings"]
    assert (settings["batch_size"], settings["learning_rate"], settings["freeze_layers"]) == (64, 2e-5, 1)
    assert (settings["max_length"], settings["seed"], settings["precision"]) == (16, 7, "fp32")
    assert settings["head_learning_rate_factor"] == 3


def test_json_is_one_document_on_stdout_and_nothing_else_there(tiny_project, tiny_data):
    result = sayso("train", "--project", tiny_project.folder, "--epochs", "1", "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["weights"] == str(tiny_project.build / "weights")
    assert [row["epoch"] for row in document["history"]] == [1]


def test_an_untrainable_project_ends_with_a_message_and_no_traceback(tiny_project):
    result = sayso("train", "--project", tiny_project.folder)
    assert result.returncode == 3
    assert "`sayso verify` has to run first" in result.stderr
    assert "Traceback" not in result.stderr
    with pytest.raises(ArtifactError, match="has to run first"):
        train(tiny_project.folder)


def test_files_are_trained_on_without_a_project(files, tiny_base, tmp_path, capsys):
    out = tmp_path / "models" / "intent_classifier"
    train(train_file=files[0], eval_file=files[1], output=out, base=str(tiny_base), epochs=8, learning_rate=1e-3, as_json=True)
    assert json.loads(capsys.readouterr().out)["weights"] == str(out)
    facts = open_artifact(out, "weights").manifest
    assert facts["heads"] == {"intent": {"type": "choice", "labels": ["buy", "hours", "other"], "ordered": False, "fallback": None}}
    assert facts["history"][-1]["intent"] > 0.5


def test_a_file_alone_is_enough(files, tiny_base, tmp_path, capsys):
    train(train_file=files[0], output=tmp_path / "out", base=str(tiny_base), epochs=1)
    assert open_artifact(tmp_path / "out", "weights").manifest["best_epoch"] == 1


def test_options_for_files_need_a_file(tiny_project):
    with pytest.raises(UsageError, match=r"--eval and --output go with --train FILE; in a project"):
        train(tiny_project.folder, output=tiny_project.folder / "elsewhere")


def test_a_file_of_one_label_is_refused(tmp_path, tiny_base):
    (tmp_path / "train.jsonl").write_text('{"text": "a", "intent": "only"}\n')
    with pytest.raises(DataError, match="a classifier needs at least two labels, found 1"):
        train(train_file=tmp_path / "train.jsonl", output=tmp_path / "out", base=str(tiny_base))


def test_a_setting_out_of_range_is_a_usage_error(tiny_project, tiny_data):
    with pytest.raises(UsageError, match="learning_rate"):
        train(tiny_project.folder, learning_rate=-1.0)
