"""The artifact `weights` -> the artifact `onnx`: a graph in float and in INT8, its tokenizer, and the spec a runtime reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact
from sayso.clischema import to_spec
from sayso.examples import Example, read_split
from sayso.network.libraries import quiet_libraries
from sayso.project import Project
from sayso.runtime.graph import open_graph
from sayso.runtime.spec import FORMAT

GRAPH = "model.onnx"
FLOAT_GRAPH = "model.fp32.onnx"
UNSETTLED = "unsettled.onnx"
"""The float graph that INT8 graphs are made of; gone when they are."""
ROWS_TO_COMPARE = 64


def export(project: Project, weights: Artifact, data: Artifact, out: Path, progress: Progress = no_progress) -> Artifact:
    """Export, fuse, prove parity, quantize. The drop that quantization costs is measured on `val`, which fitted nothing."""
    rows = read_split(data, "val", project.heads) or read_split(data, "calib", project.heads)
    with new_artifact(out, "onnx", inputs={"weights": weights, "data": data}) as draft:
        spec = spec_of(project, weights.manifest)
        tokenizer = _write_tokenizer(weights.path, draft.path)
        shutil.copyfile(weights.path / "config.json", draft.path / "config.json")
        progress("exporting", 0, 3)
        with quiet_libraries():
            spec["fused"] = project.export.optimize
            spec["inputs"], parity, fused = _write_float_graph(project, weights, spec, rows, draft.path, progress)
        attempts: list[dict[str, Any]] = []
        if project.export.quantize:
            from sayso.export.quantize import Limits, quantize

            limits = Limits(project.export.max_int8_drop, project.export.min_int8_agreement, project.main_head)
            source, graph, out_graph = (draft.path / name for name in (UNSETTLED, FLOAT_GRAPH, GRAPH))
            attempts = quantize(source, graph, out_graph, spec, tokenizer, rows, project.heads, limits, progress)
        else:
            shutil.copyfile(draft.path / FLOAT_GRAPH, draft.path / GRAPH)
        (draft.path / UNSETTLED).unlink()
        draft.facts |= {
            "spec": spec,
            "base": weights.manifest["base"],
            "base_sha256": weights.manifest.get("base_sha256"),
            "parameters": weights.manifest["parameters"],
            "parity": parity,
            "fused": fused,
            "quantization": attempts,
        }
    return open_artifact(out, "onnx")


def spec_of(project: Project, weights: Mapping[str, Any]) -> dict[str, Any]:
    """The runtime spec of a model that nothing has been calibrated for yet."""
    choices = [name for name, head in project.heads.items() if head.type == "choice"]
    heads: dict[str, Any] = {}
    for name, head in project.heads.items():
        entry: dict[str, Any] = {"type": head.type, "output": "logits" if choices == [name] == list(project.heads) else name}
        if head.type != "score":
            entry |= {"labels": list(head.labels), "temperature": 1.0}
            entry["descriptions"] = {label: about.description for label, about in head.labels.items() if about.description}
        if head.type == "choice":
            entry |= {"ordered": head.ordered, "fallback": head.fallback}
        if head.type == "tags":
            entry["thresholds"] = [0.5] * len(head.labels)
        heads[name] = entry
    tool = {"commands": {"schema": to_spec(project.tool)}} if project.tool else {}
    return {
        "format": FORMAT,
        "name": project.name,
        "languages": list(project.languages),
        "max_length": weights["max_length"],
        "inputs": [],
        "heads": heads,
        "bands": project.bands.model_dump(),
        **tool,
    }


def _write_float_graph(
    project: Project, weights: Artifact, spec: Mapping[str, Any], rows: Sequence[Example], folder: Path, progress: Progress
) -> tuple[list[str], dict[str, float], dict[str, int]]:
    """Write model.fp32.onnx, and the same before it was settled; its inputs, how far it is from torch, and what was fused."""
    from sayso.export.onnx import export_onnx, largest_difference, optimize_onnx, require_parity, settle_onnx
    from sayso.network.model import Shape, load_weights
    from sayso.network.tokens import load_tokenizer

    model = load_weights(weights.path, project.heads, Shape(**weights.manifest["shape"]))
    tokenizer = load_tokenizer(weights.path)
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in tokenizer.model_input_names]
    batches = _batches(tokenizer, [row.text for row in rows[:ROWS_TO_COMPARE]], names, spec["max_length"])
    raw, source, graph = folder / "raw.onnx", folder / UNSETTLED, folder / FLOAT_GRAPH
    of_tokens = {head["output"] for head in spec["heads"].values() if head["type"] == "spans"}
    export_onnx(model, names, [head["output"] for head in spec["heads"].values()], raw, of_tokens)
    parity = {"exported": largest_difference(model, raw, batches)}
    require_parity(parity["exported"], raw, "exported")
    fused: dict[str, int] = {}
    if project.export.optimize:
        progress("fusing", 1, 3)
        config: Any = model.encoder.config
        fused = optimize_onnx(raw, source, config.num_attention_heads, config.hidden_size)
        shutil.copyfile(source, graph)
        settle_onnx(graph)
        parity["optimized"] = largest_difference(model, graph, batches, fused=True)
        require_parity(parity["optimized"], graph, "optimized")
        raw.unlink()
    else:
        raw.rename(source)
        shutil.copyfile(source, graph)
    inputs = [node.name for node in open_graph(graph, threads=1).get_inputs()]
    return inputs, {name: float(f"{difference:.3g}") for name, difference in parity.items()}, fused


def _batches(tokenizer: Any, texts: Sequence[str], names: Sequence[str], max_length: int) -> list[dict[str, Any]]:
    """Real rows in padded batches, and one row as long as a text may be."""
    texts = list(texts) or ["a"]
    long = " ".join(texts) + " and so on" * max_length
    groups = [texts[start : start + 16] for start in range(0, len(texts), 16)] + [[long]]
    encoded = [tokenizer(group, padding=True, truncation=True, max_length=max_length, return_tensors="np") for group in groups]
    return [{name: batch[name].astype("int64") for name in names} for batch in encoded]


def _write_tokenizer(weights: Path, folder: Path) -> Path:
    """tokenizer.json without padding or truncation: a runtime cuts to the spec's length and never pads a single text."""
    document = json.loads((weights / "tokenizer.json").read_text(encoding="utf-8"))
    document |= {"padding": None, "truncation": None}
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path
