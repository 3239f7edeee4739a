"""Export: the graph says what the network said, for any heads, and its spec is all that a runtime needs."""

import json

import numpy as np
import pytest

from sayso.artifacts import open_artifact
from sayso.errors import ArtifactError, DataError
from sayso.examples import read_split
from sayso.export import export
from sayso.project import Project
from sayso.runtime.model import Model


@pytest.fixture(scope="module")
def made(tiny_build):
    return open_artifact(tiny_build / "build" / "onnx", "onnx")


@pytest.fixture(scope="module")
def rows(tiny_build):
    project = Project.load(tiny_build)
    return read_split(open_artifact(tiny_build / "build" / "verified", "examples"), "test", project.heads)


def inputs_of(project):
    return open_artifact(project.build / "weights", "weights"), open_artifact(project.build / "verified", "examples")


def model_of(made, graph="model.onnx"):
    return Model(made.manifest["spec"], made.path / graph, made.path / "tokenizer.json")


def torch_logits(folder, texts):
    import torch

    from sayso.network.model import Shape, load_weights
    from sayso.network.tokens import load_tokenizer

    project, weights = Project.load(folder), folder / "build" / "weights"
    with torch.no_grad():
        return load_weights(weights, project.heads, Shape()).outputs(**load_tokenizer(weights)(texts, padding=True, return_tensors="pt"))


def test_the_artifact_holds_what_is_shipped_and_what_it_came_from(made):
    assert sorted(path.name for path in made.path.iterdir()) == [
        "config.json",
        "manifest.json",
        "model.fp32.onnx",
        "model.onnx",
        "tokenizer.json",
    ]
    assert json.loads((made.path / "config.json").read_text())["label2id"] == {"buy": 0, "hours": 1, "other": 2}


def test_the_float_graph_says_what_torch_says(made, rows, tiny_build):
    texts = [row.text for row in rows]
    with model_of(made, "model.fp32.onnx") as model:
        assert np.abs(model.logits(texts)["intent"] - torch_logits(tiny_build, texts)["intent"].numpy()).max() < 1e-4


def test_the_int8_graph_is_as_often_right(made, rows):
    with model_of(made) as model:
        answers = model.predict([row.text for row in rows])
    assert np.mean([answer.label == row.labels["intent"] for answer, row in zip(answers, rows, strict=True)]) > 0.9


def test_a_text_gets_the_same_answer_alone_and_padded_in_a_batch(made):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(made.path / "model.fp32.onnx"))
    ids = np.array([[2, 8, 9, 3, 0, 0], [2, 8, 9, 10, 11, 3]])
    batch = {"input_ids": ids, "attention_mask": (ids > 0).astype(np.int64), "token_type_ids": np.zeros_like(ids)}
    (padded,) = session.run(["logits"], batch)
    (alone,) = session.run(["logits"], {name: values[:1, :4] for name, values in batch.items()})
    assert np.abs(padded[0] - alone[0]).max() < 1e-5


def test_the_manifest_records_parity_fusion_and_quantization(made):
    facts = made.manifest
    assert facts["parity"].keys() == {"exported", "optimized"}
    assert max(facts["parity"].values()) < 1e-4
    assert facts["fused"] | {"nodes": 0} == {
        "Attention": 2,
        "EmbedLayerNormalization": 1,
        "BiasGelu": 2,
        "nodes": 0,
    }
    (attempt,) = facts["quantization"]
    assert attempt["scheme"] == "everything, per channel"
    assert attempt["chosen"]


def test_the_spec_is_that_of_a_model_which_nothing_was_calibrated_for(made):
    assert made.manifest["spec"] == {
        "format": 1,
        "name": "tiny",
        "languages": ["en"],
        "max_length": 32,
        "inputs": ["input_ids", "attention_mask", "token_type_ids"],
        "fused": True,
        "heads": {
            "intent": {
                "type": "choice",
                "output": "logits",
                "labels": ["buy", "hours", "other"],
                "temperature": 1.0,
                "descriptions": {"buy": "Wants to buy something.", "hours": "Asks when the shop is open.", "other": "Anything else."},
                "ordered": False,
                "fallback": "other",
            }
        },
        "bands": {"execute": 0.9, "confirm": 0.7, "suggest": 0.5},
    }


def test_the_tokenizer_neither_pads_nor_cuts_and_gives_the_tokens_of_the_base(made, tiny_base):
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer

    tokenizer = Tokenizer.from_file(str(made.path / "tokenizer.json"))
    assert (tokenizer.padding, tokenizer.truncation) == (None, None)
    for text in ("Buy BREAD", "naïve café", "two loaves, please!", "日本", "\u202eright to left"):
        assert tokenizer.encode(text).ids == AutoTokenizer.from_pretrained(tiny_base)(text)["input_ids"]


def test_int8_and_fusion_can_be_left_out(built_project):
    plain = built_project.with_section("export", {"quantize": False, "optimize": False})
    made = export(plain, *inputs_of(plain), plain.build / "plain")
    assert (made.manifest["quantization"], made.manifest["fused"]) == ([], {})
    assert (made.path / "model.onnx").read_bytes() == (made.path / "model.fp32.onnx").read_bytes()
    with model_of(made) as model:
        assert model.predict("buy bread").label == "buy"


def test_a_graph_that_differs_from_the_network_is_never_written(built_project, monkeypatch):
    monkeypatch.setattr("sayso.export.onnx.LARGEST_DIFFERENCE", 1e-12)
    with pytest.raises(ArtifactError, match=r"raw\.onnx: the exported graph differs from the trained network by .*, more than 1e-12"):
        export(built_project, *inputs_of(built_project), built_project.build / "differs")
    assert not (built_project.build / "differs").exists()


def test_without_held_out_rows_int8_is_refused_but_float_is_not(built_project):
    weights, data = inputs_of(built_project)
    for split in ("val", "calib"):
        (data.path / f"{split}.jsonl").write_text("")
    with pytest.raises(DataError, match=r"no rows to measure the cost of INT8 on; give `val` a share in `splits`, or set `export: "):
        export(built_project, weights, data, built_project.build / "unmeasured")
    made = export(built_project.with_section("export", {"quantize": False}), weights, data, built_project.build / "float")
    assert made.manifest["parity"]["optimized"] < 1e-4


def test_exporting_says_nothing_of_its_own_on_the_terminal(built_project, capfd):
    export(built_project, *inputs_of(built_project), built_project.build / "again")
    assert capfd.readouterr() == ("", "")


def test_the_same_weights_give_the_same_files(built_project):
    made = export(built_project, *inputs_of(built_project), built_project.build / "again")
    assert made.digest == open_artifact(built_project.build / "onnx", "onnx").digest


def test_every_head_is_an_output_of_its_name_and_kind(three_headed):
    from sayso.train import train

    project, data = three_headed
    made = export(project, train(project, data, project.build / "weights"), data, project.build / "onnx")
    heads = made.manifest["spec"]["heads"]
    assert {name: (head["type"], head["output"]) for name, head in heads.items()} == {
        "tier": ("choice", "tier"),
        "domains": ("tags", "domains"),
        "score": ("score", "score"),
    }
    assert heads["tier"]["ordered"]
    assert heads["domains"]["thresholds"] == [0.5, 0.5]
    with model_of(made) as model:
        raw = model.logits(["buy bread", "buy cake cake cake today today"])
        assert ((raw["score"] >= 0) & (raw["score"] <= 1)).all()
        assert raw["domains"].min() < 0 < raw["domains"].max()
        assert model.predict("buy cake cake cake today today").label == "long"
