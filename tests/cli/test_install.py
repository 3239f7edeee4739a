import json

import pytest

from sayso.cli.install import install
from tiny_model import write_bundle


@pytest.fixture
def bundle(tmp_path):
    return write_bundle(tmp_path / "bundle")


def test_the_files_are_listed(bundle, tmp_path, capsys):
    install(bundle, tmp_path / "models", layout="sqry")
    said = capsys.readouterr()
    assert said.out.startswith("intent_classifier.onnx ")
    assert "layout sqry" in said.err


def test_json_lists_them_with_their_sizes(bundle, tmp_path, capsys):
    install(bundle, tmp_path / "models", as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["layout"] == "sayso"
    assert document["files"]["model.onnx"] == (bundle / "model.onnx").stat().st_size
