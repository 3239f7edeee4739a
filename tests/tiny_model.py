"""A bundle small enough to write in a millisecond: its words point at labels, so what it answers is plain to see."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from sayso.artifacts import digest_of_file, write_json

INTENTS = ("SymbolQuery", "TextSearch", "TracePath", "FindCallers", "FindCallees", "Visualize", "IndexStatus", "Ambiguous")
HINTS = {
    "SymbolQuery": ["defined", "where", "definition"],
    "TextSearch": ["grep", "search", "text"],
    "TracePath": ["path", "trace", "from"],
    "FindCallers": ["callers", "who", "calls"],
    "FindCallees": ["callees", "what", "call"],
    "Visualize": ["draw", "graph", "diagram"],
    "IndexStatus": ["index", "status", "date"],
    "Ambiguous": ["hello", "help", "thanks"],
    "easy": ["small"],
    "hard": ["proof", "prove"],
    "coding": ["code", "function"],
    "maths": ["proof", "sum"],
}
SPAN_HINTS = {"action": (["draw", "search", "trace"], []), "thing": (["graph", "code", "index", "text"], ["path", "status", "diagram"])}
"""The words that begin a span of a label, and those that go on with it."""
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
BANDS = {"execute": 0.9, "confirm": 0.7, "suggest": 0.5}

INTENT = {"type": "choice", "output": "logits", "labels": list(INTENTS), "ordered": False, "fallback": "Ambiguous", "temperature": 1.0}
CODE_SEARCH = {"intent": INTENT}
COMPLEXITY = {
    "score": {"type": "score", "output": "score"},
    "tier": {"type": "choice", "output": "tier", "labels": ["easy", "hard"], "ordered": True, "temperature": 2.0},
    "domains": {"type": "tags", "output": "domains", "labels": ["coding", "maths"], "temperature": 1.0, "thresholds": [0.6, 0.6]},
}
SLOTS = {
    "intent": INTENT,
    "slots": {"type": "spans", "output": "slots", "labels": ["action", "thing"], "temperature": 1.5},
}


def spec_of(heads=CODE_SEARCH, **changes):
    """A spec as the bundle stage writes it."""
    return {
        "format": 1,
        "name": "tiny",
        "languages": ["en"],
        "max_length": 32,
        "inputs": list(INPUTS),
        "heads": heads,
        "bands": BANDS,
        **changes,
    }


def write_bundle(folder: Path, heads=CODE_SEARCH, *, inputs=INPUTS, **changes) -> Path:
    """A whole bundle with these heads; `changes` go into its spec."""
    folder.mkdir(parents=True)
    spec = spec_of(heads, **changes)
    tokenizer = write_tokenizer(folder / "tokenizer.json")
    write_graph(folder / "model.onnx", heads, tokenizer, inputs=inputs)
    write_json(folder / "config.json", {"model_type": "tiny"})
    write_json(folder / "temperature.json", {"temperature": 1.0, "calibration_samples": 8})
    (folder / "golden.jsonl").write_text(json.dumps({"text": "who calls login"}) + "\n")
    return seal(folder, spec)


def seal(folder: Path, spec) -> Path:
    """Write checksums.json and manifest.json for what is in the folder."""
    files = sorted(path for path in folder.iterdir() if path.name not in ("checksums.json", "manifest.json"))
    write_json(folder / "checksums.json", {path.name: digest_of_file(path) for path in files})
    manifest = {"kind": "bundle", "spec": spec, "checksums_sha256": digest_of_file(folder / "checksums.json"), "digest": "d" * 64}
    write_json(folder / "manifest.json", manifest)
    return folder


def write_tokenizer(path: Path) -> Tokenizer:
    """BERT's way of cutting words, over the hints and single letters; padded on purpose, which a runtime must undo."""
    words = [word for hints in HINTS.values() for word in hints]
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = dict.fromkeys([*SPECIAL, *words, *letters, *(f"##{letter}" for letter in letters)])
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=special)
    tokenizer.enable_padding(length=32, pad_token="[PAD]")
    tokenizer.save(str(path))
    return tokenizer


def write_graph(path: Path, heads, tokenizer: Tokenizer, *, inputs=INPUTS) -> None:
    """Mean of the words' embeddings, one matrix a head: a hint pushes its label, everything else pushes at random a little.

    A spans head sees each word alone; words that are no hints of it are outside, pieces of words are anything.
    """
    rows = np.random.default_rng(1).normal(0, 0.3, (tokenizer.get_vocab_size(), sum(map(_width, heads.values())))).astype(np.float32)
    columns = [hints for head in heads.values() for hints in _hints(head)]
    for column, hints in enumerate(columns):
        for word in hints:
            rows[tokenizer.token_to_id(word), column] += 20
    nodes = [
        helper.make_node("Gather", ["embeddings", "input_ids"], ["words"]),
        helper.make_node("ReduceMean", ["words"], ["mean"], axes=[1], keepdims=0),
    ]
    constants = [numpy_helper.from_array(rows, "embeddings")]
    outputs, start = [], 0
    for name, head in heads.items():
        choose = np.eye(rows.shape[1], dtype=np.float32)[:, start : start + _width(head)]
        start += _width(head)
        constants.append(numpy_helper.from_array(choose, f"{name}.weight"))
        raw = head["output"] if head["type"] != "score" else f"{name}.raw"
        nodes.append(helper.make_node("MatMul", ["words" if head["type"] == "spans" else "mean", f"{name}.weight"], [raw]))
        if head["type"] == "score":
            nodes.append(helper.make_node("Sigmoid", [raw], [head["output"]]))
        shape = ["batch", "tokens", _width(head)] if head["type"] == "spans" else ["batch", _width(head)]
        outputs.append(helper.make_tensor_value_info(head["output"], TensorProto.FLOAT, shape))
    given = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in inputs]
    graph = helper.make_graph(nodes, "tiny", given, outputs, constants)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))


def _width(head) -> int:
    return len(_hints(head))


def _hints(head) -> list[list[str]]:
    """For each output of a head, the words that push it."""
    if head["type"] != "spans":
        return [HINTS.get(label, []) for label in head.get("labels", ["score"])]
    marked = [words for label in head["labels"] for words in SPAN_HINTS[label]]
    hinted = {word for words in marked for word in words}
    return [[word for hints in HINTS.values() for word in dict.fromkeys(hints) if word not in hinted], *marked]
