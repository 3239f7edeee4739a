"""A float graph -> the same function, easier to quantize: where a few channels of a product's input are far larger than the rest.

An INT8 product has one scale for its whole input, so a few large channels leave the others few steps. Each channel is divided by a
factor, by which its row of the weights is multiplied: the large channels shrink, and the weights, which have scales of their
own, take up the difference (SmoothQuant). The factors come from what texts give, and leave the product as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sayso.export.onnx import Batch

STRENGTH = 0.75
"""How much of a channel's size moves to the weights: 0 none, 1 all."""
LEAST = 1e-5


def smooth(graph: Path, out: Path, batches: Iterable[Batch]) -> int:
    """Write the smoothed graph; says how many products with fixed weights there were."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(graph))
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    products = [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in weights]
    largest = _largest_inputs(model, [node.input[0] for node in products], batches)
    added: dict[str, Any] = {}
    for product in products:
        tensor = weights[product.input[1]]
        values = numpy_helper.to_array(tensor)
        factors = _factors(largest[product.input[0]], np.abs(values).max(axis=1))
        tensor.CopyFrom(numpy_helper.from_array((values * factors[:, None]).astype(np.float32), tensor.name))
        scale = numpy_helper.from_array((1 / factors).astype(np.float32), f"{product.name}/smooth")
        model.graph.initializer.append(scale)
        added[product.name] = helper.make_node("Mul", [product.input[0], scale.name], [f"{scale.name}ed"], name=scale.name)
        product.input[0] = f"{scale.name}ed"
    nodes = [one for node in model.graph.node for one in ([added[node.name]] if node.name in added else []) + [node]]
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(copies)
    onnx.save(model, str(out))
    return len(products)


def _largest_inputs(model: Any, names: list[str], batches: Iterable[Batch]) -> dict[str, NDArray[np.float32]]:
    """For each named value inside the graph, the largest size of every channel over all batches."""
    import onnxruntime
    from onnx import ModelProto, TensorProto, helper

    if not names:
        return {}
    probe = ModelProto()
    probe.CopyFrom(model)
    for name in names:
        probe.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    wanted = [node.name for node in session.get_inputs()]
    largest: dict[str, NDArray[np.float32]] = {}
    for batch in batches:
        for name, values in zip(names, session.run(names, {key: batch[key] for key in wanted}), strict=True):
            found = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
            largest[name] = np.maximum(largest[name], found) if name in largest else found
    return largest


def _factors(inputs: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    factors = np.maximum(inputs, LEAST) ** STRENGTH / np.maximum(weights, LEAST) ** (1 - STRENGTH)
    return np.asarray(factors / np.exp(np.log(factors).mean()), dtype=np.float32)
