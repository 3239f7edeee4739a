"""A trained network -> an ONNX graph, its attention fused, and the proof that both say the same."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sayso.errors import ArtifactError
from sayso.runtime.graph import QUIET, open_graph

if TYPE_CHECKING:
    from sayso.network.model import EncoderWithHeads

OPSET = 17
OWN_OPERATORS = "com.microsoft"
"""onnxruntime's name for the operators that only it has."""
SLOW_FUSION = "SkipLayerNormFusion"
LARGEST_DIFFERENCE = 1e-3
TINY_TEXT = "a b"

Batch = dict[str, NDArray[np.int64]]


def export_onnx(
    model: EncoderWithHeads, input_names: Sequence[str], output_names: Sequence[str], out: Path, of_tokens: Collection[str] = ()
) -> None:
    """Write the network as a graph with a free batch size and length, one named output a head; those `of_tokens` have a row a token."""
    import torch

    class Outputs(torch.nn.Module):
        def forward(self, *inputs: Any) -> tuple[Any, ...]:
            return tuple(model.outputs(**dict(zip(input_names, inputs, strict=True))).values())

    example = tuple(torch.ones((2, 8), dtype=torch.long) for _ in input_names)
    axes = {name: {0: "batch", 1: "tokens"} for name in input_names} | {
        name: {0: "batch", 1: "tokens"} if name in of_tokens else {0: "batch"} for name in output_names
    }
    wrapped = Outputs()
    wrapped.model = model
    with torch.no_grad(), quiet():
        torch.onnx.export(
            wrapped.eval(),
            example,
            str(out),
            input_names=list(input_names),
            output_names=list(output_names),
            dynamic_axes=axes,
            opset_version=OPSET,
            do_constant_folding=True,
            dynamo=False,
        )


def optimize_onnx(graph: Path, out: Path, heads: int, width: int) -> dict[str, int]:
    """Fuse the graph's nodes; says how many there are of each fused kind, and in all.

    A sum and the normalization after it stay two nodes: onnxruntime's one node for both takes five times as long on a CPU.
    """
    import onnx
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    options = FusionOptions("bert")
    options.enable_skip_layer_norm = options.enable_bias_skip_layer_norm = False
    with quiet():
        optimized = optimize_model(
            str(graph), model_type="bert", num_heads=heads, hidden_size=width, optimization_options=options, opt_level=0
        )
    model = optimized.model
    if not any(one.domain == OWN_OPERATORS for one in model.opset_import):
        model.opset_import.append(onnx.helper.make_opsetid(OWN_OPERATORS, 1))
    onnx.save(model, str(out))
    kinds = Counter(node.op_type for node in model.graph.node)
    fused = ("Attention", "EmbedLayerNormalization", "BiasGelu", "Gelu", "FastGelu")
    return {kind: kinds[kind] for kind in fused if kinds[kind]} | {"nodes": sum(kinds.values())}


def settle_onnx(graph: Path) -> None:
    """Do to the graph now what onnxruntime would do each time it is loaded, but for what makes it slower; it is then `fused`."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # One level higher, it would become a graph for this processor alone.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.log_severity_level = QUIET
    settled = graph.with_suffix(".settled")
    options.optimized_model_filepath = str(settled)
    onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"], disabled_optimizers=[SLOW_FUSION])
    settled.replace(graph)


def largest_difference(model: EncoderWithHeads, graph: Path, batches: Sequence[Batch], *, fused: bool = False) -> float:
    """How far the graph's outputs are from the network's, at most, over whole padded batches."""
    import torch

    session = open_graph(graph, threads=2, fused=fused)
    largest = 0.0
    for batch in batches:
        with torch.no_grad():
            ours = model.outputs(**{name: torch.from_numpy(values) for name, values in batch.items()})
        theirs = session.run(None, given_to(session, batch))
        for one, other in zip(ours.values(), theirs, strict=True):
            largest = max(largest, float(np.abs(one.numpy() - other).max()))
    return largest


def require_parity(difference: float, graph: Path, what: str) -> None:
    """Refuse a graph that says something else than the network it was made from."""
    if not difference <= LARGEST_DIFFERENCE:
        raise ArtifactError(
            f"the {what} graph differs from the trained network by {difference:.2g}, more than {LARGEST_DIFFERENCE:g}; "
            "try `export: {optimize: false}` in sayso.yaml, or report it with the base model's name",
            graph.name,
        )


def verify_onnx(graph: Path) -> dict[str, Any]:
    """Check a graph file's structure and run it once on two short rows; what goes in and what comes out."""
    import onnx

    if not graph.is_file():
        raise ArtifactError("this file is missing", graph)
    try:
        onnx.checker.check_model(str(graph))
    except onnx.checker.ValidationError as error:
        # Fused graphs use onnxruntime's own operators, which the checker does not know; onnxruntime judges those.
        if "No Op registered" not in str(error) and "not registered" not in str(error):
            raise ArtifactError(f"this is not a valid ONNX graph: {str(error).splitlines()[0]}", graph) from None
    session = open_graph(graph, threads=1)
    for node in session.get_inputs():
        if node.type != "tensor(int64)" or len(node.shape) != 2:
            raise ArtifactError(
                f"this graph wants {node.type} of shape {node.shape} as {node.name!r}; a text is int64 (batch, tokens)", graph
            )
    rows = {node.name: np.ones((2, 5), dtype=np.int64) for node in session.get_inputs()}
    outputs = session.run(None, rows)
    shapes = {node.name: list(output.shape) for node, output in zip(session.get_outputs(), outputs, strict=True)}
    return {"inputs": list(rows), "outputs": shapes, "size_mb": round(graph.stat().st_size / 1e6, 2)}


def given_to(session: Any, batch: Batch) -> Batch:
    """Of a batch, the inputs that the graph has: an optimizer may have removed one that changed nothing."""
    return {node.name: batch[node.name] for node in session.get_inputs()}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what the exporters say to themselves off the terminal."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
