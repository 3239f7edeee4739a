"""model.onnx and tokenizer.json -> an onnxruntime session and a tokenizer, set up for short texts on a CPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sayso.errors import BundleError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
QUIET = 3
"""onnxruntime's log level for errors only."""


def open_graph(path: Path, threads: int, *, fused: bool = False) -> InferenceSession:
    """A session that uses so many threads for one run; it optimizes the graph first unless that was done when it was made."""
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as refusals

    if not path.is_file():
        raise BundleError("this file is missing", path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    levels = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_ENABLE_BASIC if fused else levels.ORT_ENABLE_ALL
    options.enable_mem_pattern = False  # one plan would be kept per length of text
    options.log_severity_level = QUIET
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except (
        refusals.Fail,
        refusals.InvalidArgument,
        refusals.InvalidGraph,
        refusals.InvalidProtobuf,
        refusals.NotImplemented,
        refusals.RuntimeException,
    ) as error:
        raise BundleError(f"onnxruntime {onnxruntime.__version__} cannot load this graph: {error}", path) from error


def batch_of(token_ids: Sequence[int]) -> dict[str, NDArray[np.int64]]:
    """All that a graph may want of one text: a batch of one row, unpadded."""
    row = np.array([token_ids], dtype=np.int64)
    return dict(zip(INPUTS, (row, np.ones_like(row), np.zeros_like(row)), strict=True))


def open_tokenizer(path: Path, max_length: int) -> Tokenizer:
    """A tokenizer that cuts texts at `max_length` tokens and never pads, whatever its file says."""
    from tokenizers import Tokenizer

    if not path.is_file():
        raise BundleError("this file is missing", path)
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:
        raise BundleError(f"this is not a tokenizer that `tokenizers` can load: {error}", path) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length)
    return tokenizer
