"""`sayso export --verify`: what is a sound graph, and what is said of one that is not."""

import numpy as np
import pytest
from onnx import TensorProto, helper, save

from sayso.errors import ArtifactError
from sayso.export.onnx import require_parity, verify_onnx
from tiny_model import CODE_SEARCH, write_graph, write_tokenizer


@pytest.fixture
def graph(tmp_path):
    write_graph(tmp_path / "model.onnx", CODE_SEARCH, write_tokenizer(tmp_path / "tokenizer.json"))
    return tmp_path / "model.onnx"


def test_a_sound_graph_is_told_by_what_goes_in_and_comes_out(graph):
    found = verify_onnx(graph)
    assert found["inputs"] == ["input_ids", "attention_mask", "token_type_ids"]
    assert found["outputs"] == {"logits": [2, 8]}


@pytest.mark.parametrize("name", ["model.onnx", "model.fp32.onnx"])
def test_what_export_makes_is_sound(tiny_build, name):
    assert verify_onnx(tiny_build / "build" / "onnx" / name)["outputs"] == {"logits": [2, 3]}


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ArtifactError, match=r"model\.onnx: this file is missing"):
        verify_onnx(tmp_path / "model.onnx")


@pytest.mark.parametrize("content", [b"", b"not a graph", b"\x08\x07\xff\xff\xff\xff"])
def test_a_file_that_is_no_graph_is_told(tmp_path, content):
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"model\.onnx: this is not a valid ONNX graph"):
        verify_onnx(tmp_path / "model.onnx")


def test_a_graph_that_was_cut_short_is_told(graph):
    graph.write_bytes(graph.read_bytes()[:-200])
    with pytest.raises(ArtifactError, match=r"model\.onnx: "):
        verify_onnx(graph)


def test_a_graph_with_a_node_that_hangs_in_the_air_is_told(tmp_path):
    value = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2])
    broken = helper.make_graph([helper.make_node("Relu", ["nothing"], ["logits"])], "broken", [], [value])
    save(helper.make_model(broken, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(tmp_path / "broken.onnx"))
    with pytest.raises(ArtifactError, match=r"broken\.onnx: this is not a valid ONNX graph"):
        verify_onnx(tmp_path / "broken.onnx")


def test_a_graph_that_takes_something_else_than_texts_is_told(tmp_path):
    picture = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", 3, 8, 8])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3, 8, 8])
    graph = helper.make_graph([helper.make_node("Relu", ["pixels"], ["logits"])], "pictures", [picture], [logits])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(tmp_path / "pictures.onnx"))
    with pytest.raises(ArtifactError, match=r"pictures\.onnx: this graph wants tensor\(float\) of shape .* as 'pixels'"):
        verify_onnx(tmp_path / "pictures.onnx")


def test_a_graph_with_an_operator_that_nobody_knows_is_told(graph):
    graph.write_bytes(graph.read_bytes().replace(b"Gather", b"Gobble"))
    with pytest.raises(ArtifactError, match=r"model\.onnx: onnxruntime .* cannot load this graph"):
        verify_onnx(graph)


@pytest.mark.parametrize("difference", [2e-3, float("nan"), float("inf")])
def test_a_difference_that_is_too_large_is_refused_with_what_to_try(difference, tmp_path):
    with pytest.raises(ArtifactError, match=r"the optimized graph differs .* more than 0\.001; try `export: {optimize: false}`"):
        require_parity(difference, tmp_path / "model.onnx", "optimized")
    require_parity(np.float32(9e-4), tmp_path / "model.onnx", "optimized")
