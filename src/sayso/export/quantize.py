"""A float graph -> INT8, by the most aggressive scheme that keeps its accuracy on held-out data."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.artifacts import Progress
from sayso.errors import DataError
from sayso.examples import Example
from sayso.export.onnx import Batch, quiet, settle_onnx
from sayso.export.smooth import smooth
from sayso.project import Head
from sayso.runtime.graph import batch_of
from sayso.runtime.model import Model
from sayso.runtime.spans import marks_in, spans_f1

HEAVY = ("MatMul", "Attention", "Gemm")
FLOAT = 1
"""onnx.TensorProto.FLOAT: what a tensor is that comes out of a fused node, whose type nothing infers."""
ROWS_TO_SMOOTH = 300
EMBEDDINGS = ("Gather", "EmbedLayerNormalization")


@dataclass(frozen=True)
class Scheme:
    """Which nodes become INT8, whether each column of a weight gets a scale of its own, and whether the graph is smoothed first."""

    name: str
    nodes: tuple[str, ...]
    per_channel: bool
    smoothed: bool = False


SCHEMES = (
    Scheme("everything, per channel", HEAVY + EMBEDDINGS, True),
    Scheme("everything, per channel, smoothed", HEAVY + EMBEDDINGS, True, smoothed=True),
    Scheme("all but embeddings, per channel, smoothed", HEAVY, True, smoothed=True),
    Scheme("matrix products, per channel", ("MatMul",), True),
)


@dataclass(frozen=True)
class Attempt:
    """What one scheme cost and saved: accuracy lost on the head that lost most, and the share of texts with the same main label."""

    scheme: str
    size_mb: float
    drop: float
    agreement: float
    chosen: bool


@dataclass(frozen=True)
class Limits:
    """What INT8 may cost: the most accuracy lost on a head, and the least share of texts whose main label stays."""

    drop: float
    agreement: float
    main_head: str | None


def quantize(
    source: Path, graph: Path, out: Path, spec: Mapping[str, Any], tokenizer: Path, rows: Sequence[Example], heads: Mapping[str, Head],
    limits: Limits, progress: Progress,
) -> list[dict[str, Any]]:  # fmt: skip
    """Write `out` by the first scheme that keeps to the limits on `rows`, or by the nearest to it; tells every attempt.

    `graph` is what the float model is run by, `source` the same before it was settled, of which the INT8 graphs are made.
    """
    if not rows:
        raise DataError("no rows to measure the cost of INT8 on; give `val` a share in `splits`, or set `export: {quantize: false}`")
    texts = [row.text for row in rows]
    with Model(spec, graph, tokenizer, threads=2) as model:
        before = model.logits(texts)
        batches = [batch_of(model.token_ids(text)) for text in texts[:ROWS_TO_SMOOTH]]
    reference = _how_right(before, rows, heads)
    attempts: list[Attempt] = []
    for number, scheme in enumerate(SCHEMES):
        progress(f"quantizing, {scheme.name}", number, len(SCHEMES))
        _quantize(source, out, scheme, batches, spec)
        with Model(spec, out, tokenizer, threads=2) as model:
            after = model.logits(texts)
        found = _how_right(after, rows, heads)
        drop = max((reference[name] - found[name] for name in reference), default=0.0)
        main = limits.main_head
        agreement = float((before[main].argmax(-1) == after[main].argmax(-1)).mean()) if main else 1.0
        chosen = drop < limits.drop and agreement >= limits.agreement
        attempts.append(Attempt(scheme.name, round(out.stat().st_size / 1e6, 2), round(drop, 5), round(agreement, 5), chosen))
        if chosen:
            break
    else:
        attempts = _nearest(attempts, limits, source, graph, out, batches, spec)
    return [asdict(attempt) for attempt in attempts]


def _nearest(
    attempts: list[Attempt], limits: Limits, source: Path, graph: Path, out: Path, batches: Sequence[Batch], spec: Mapping[str, Any]
) -> list[Attempt]:
    """Where no scheme keeps to both limits: of those that keep to the drop, the one that changes fewest answers; else the float graph."""
    able = [attempt for attempt in attempts if attempt.drop < limits.drop]
    if not able:
        shutil.copyfile(graph, out)
        return [*attempts, Attempt("none, float", round(out.stat().st_size / 1e6, 2), 0.0, 1.0, True)]
    best = max(able, key=lambda attempt: attempt.agreement)
    _quantize(source, out, next(scheme for scheme in SCHEMES if scheme.name == best.scheme), batches, spec)
    return [replace(attempt, chosen=attempt is best) for attempt in attempts]


def _quantize(graph: Path, out: Path, scheme: Scheme, batches: Sequence[Batch], spec: Mapping[str, Any]) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with quiet(), tempfile.TemporaryDirectory() as scratch:
        if scheme.smoothed:
            smoothed = Path(scratch, "smoothed.onnx")
            smooth(graph, smoothed, batches)
            graph = smoothed
        quantize_dynamic(
            graph,
            out,
            op_types_to_quantize=list(scheme.nodes),
            per_channel=scheme.per_channel,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": FLOAT},
        )
        if spec.get("fused"):
            settle_onnx(out)


def _how_right(logits: Mapping[str, NDArray[Any]], rows: Sequence[Example], heads: Mapping[str, Head]) -> dict[str, float]:
    """How right each head is: the accuracy of its label, the micro-F1 of its tags or spans, or 1 - MAE of its score."""
    found: dict[str, float] = {}
    for name, head in heads.items():
        known = [index for index, row in enumerate(rows) if name in row.labels]
        if not known:
            continue
        output, values = logits[name][known], [rows[index].labels[name] for index in known]
        labels = list(head.labels)
        if head.type == "choice":
            found[name] = float(np.mean(output.argmax(-1) == np.array([labels.index(str(value)) for value in values])))
        elif head.type == "tags":
            truth = np.array([[label in value for label in labels] for value in values])  # type: ignore[operator]
            found[name] = float(2 * (truth & (output > 0)).sum() / max(1, truth.sum() + (output > 0).sum()))
        elif head.type == "spans":
            found[name] = spans_f1([{mark for mark, _ in marks_in(scores, labels)} for scores in output], values)  # type: ignore[arg-type]
        else:
            found[name] = 1.0 - float(np.mean(np.abs(output - np.array(values, dtype=float))))
    return found
