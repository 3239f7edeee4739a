import json
import os
import subprocess
import sys

import pytest

from sayso.artifacts import open_artifact
from sayso.cli.export import export
from sayso.errors import ArtifactError, UsageError


def sayso(*args):
    command = [sys.executable, "-c", "from sayso.cli import main; main()", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "100"})


def test_parity_fusion_and_the_int8_scheme_are_told(built_project, capsys):
    export(built_project.folder)
    out = capsys.readouterr().out
    assert "exported graph within" in out
    assert "2 Attention" in out
    assert [line.split()[0] for line in out.splitlines() if line.endswith("chosen")] == ["everything,"]


def test_json_is_one_document_and_nothing_else(built_project):
    result = sayso("export", "--project", built_project.folder, "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document.keys() == {"onnx", "parity", "fused", "quantization"}
    assert document["onnx"] == str(built_project.build / "onnx")
    assert result.stderr == ""


def test_options_win_over_the_project_file(built_project, capsys):
    export(built_project.folder, quantize=False, optimize=False, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert (document["quantization"], document["fused"]) == ([], {})


def test_a_sound_graph_is_told_and_another_file_refused(tiny_build):
    graph = tiny_build / "build" / "onnx" / "model.onnx"
    result = sayso("export", "--verify", graph)
    assert (result.returncode, result.stderr) == (0, "")
    assert "takes input_ids, attention_mask, token_type_ids, gives {'logits': [2, 3]}" in result.stdout.replace("\n", " ")
    result = sayso("export", "--verify", tiny_build / "sayso.yaml", "--json")
    assert (result.returncode, result.stdout) == (3, "")
    assert "this is not a valid ONNX graph" in result.stderr.replace("\n", " ")
    assert "Traceback" not in result.stderr


def test_weights_are_exported_without_a_project(tiny_build, tmp_path, capsys):
    weights, examples = tiny_build / "build" / "weights", tiny_build / "build" / "verified" / "val.jsonl"
    export(weights=weights, eval_file=examples, output=tmp_path / "onnx", as_json=True)
    made = open_artifact(tmp_path / "onnx", "onnx")
    assert made.manifest["spec"]["heads"]["intent"]["labels"] == ["buy", "hours", "other"]
    assert json.loads(capsys.readouterr().out)["quantization"][-1]["chosen"]


def test_weights_without_examples_are_exported_in_float_only(tiny_build, tmp_path, capsys):
    weights = tiny_build / "build" / "weights"
    with pytest.raises(UsageError, match=r"name a file of examples with --eval, .* or use --no-quantize"):
        export(weights=weights, output=tmp_path / "onnx")
    export(weights=weights, output=tmp_path / "onnx", quantize=False)
    assert "chosen" not in capsys.readouterr().out


def test_a_folder_that_holds_no_weights_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="there is no finished weights here"):
        export(weights=tmp_path, output=tmp_path / "onnx", quantize=False)


def test_options_for_weights_need_weights(built_project):
    with pytest.raises(UsageError, match=r"--eval and --output go with --weights DIR"):
        export(built_project.folder, output=built_project.folder / "elsewhere")
