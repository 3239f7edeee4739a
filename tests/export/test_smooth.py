"""Smoothing leaves what a graph says as it was, and makes what a product multiplies more even."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from sayso.export.smooth import smooth

WIDTH, HIDDEN = 8, 16


@pytest.fixture
def graph(tmp_path):
    """A product after an activation, one of whose channels is a hundred times the others."""
    random = np.random.default_rng(0)
    first, second = random.normal(size=(WIDTH, HIDDEN)).astype(np.float32), random.normal(size=(HIDDEN, 4)).astype(np.float32)
    first[:, 3] *= 100
    nodes = [
        helper.make_node("Cast", ["input_ids"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["x", "first"], ["h"], name="first_product"),
        helper.make_node("Relu", ["h"], ["a"]),
        helper.make_node("MatMul", ["a", "second"], ["out"], name="second_product"),
    ]
    given = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", WIDTH])
    made = helper.make_tensor_value_info("out", TensorProto.FLOAT, ["batch", 4])
    weights = [numpy_helper.from_array(first, "first"), numpy_helper.from_array(second, "second")]
    model = helper.make_model(helper.make_graph(nodes, "g", [given], [made], weights), opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, str(tmp_path / "graph.onnx"))
    return tmp_path / "graph.onnx"


def rows(seed):
    return {"input_ids": np.random.default_rng(seed).integers(-5, 5, (6, WIDTH))}


def run(path, given, *names):
    return onnxruntime.InferenceSession(str(path)).run(list(names) or None, given)


def test_a_smoothed_graph_says_the_same(graph, tmp_path):
    assert smooth(graph, tmp_path / "smooth.onnx", [rows(1), rows(2)]) == 2
    (before,), (after,) = run(graph, rows(3)), run(tmp_path / "smooth.onnx", rows(3))
    assert np.allclose(before, after, rtol=1e-4, atol=1e-2)


def test_the_largest_channels_come_nearer_to_the_others(graph, tmp_path):
    smooth(graph, tmp_path / "smooth.onnx", [rows(1)])
    model = onnx.load(str(tmp_path / "smooth.onnx"))
    assert [node.op_type for node in model.graph.node] == ["Cast", "Mul", "MatMul", "Relu", "Mul", "MatMul"]
    for name in ("a", "second_product/smoothed"):
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    onnx.save(model, str(tmp_path / "probe.onnx"))
    plain, smoothed = run(tmp_path / "probe.onnx", rows(1), "a", "second_product/smoothed")
    spread = [values.max(axis=0).max() / np.median(values.max(axis=0)) for values in (plain, smoothed)]
    assert spread[1] < spread[0] / 3


def test_a_graph_without_such_products_stays_as_it_is(tmp_path):
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])
    nodes = [helper.make_node("Relu", ["x"], ["y"])]
    onnx.save(helper.make_model(helper.make_graph(nodes, "g", [given], [made])), str(tmp_path / "a.onnx"))
    assert smooth(tmp_path / "a.onnx", tmp_path / "b.onnx", []) == 0
