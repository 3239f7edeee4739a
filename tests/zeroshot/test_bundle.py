"""A zero-shot model is a bundle like any other."""

import json
import subprocess
import sys

import pytest

import sayso
from conftest import tiny_rows
from sayso.artifacts import read_json
from sayso.runtime.bundle import open_bundle
from sayso.runtime.load import load
from sayso.zeroshot.bundle import FEWEST_ROWS, MOST_ROWS, labelled_rows, make_bundle

TEXTS = ["wants to buy bread or cake", "asks when the shop is open", "x q z"]


@pytest.fixture
def rows(tmp_path):
    """Writes the tiny project's labelled rows beside a shop's sayso.yaml; the name of the file."""

    def write(count, name="rows.jsonl"):
        (tmp_path / "shop").mkdir(exist_ok=True)
        every = list(tiny_rows())
        chosen = every[:: max(1, len(every) // count)][:count]
        (tmp_path / "shop" / name).write_text("".join(json.dumps(row) + "\n" for row in chosen))
        return name

    return write


def test_it_is_verified_and_answers_with_the_runtime_alone(shop, tmp_path):
    made = make_bundle(shop(), tmp_path / "out")
    assert set(open_bundle(made.path).checksums) >= {"model.onnx", "tokenizer.json", "config.json", "temperature.json", "golden.jsonl"}
    program = (
        "import sayso, sys; model = sayso.load(sys.argv[1]); print(model.predict(sys.argv[2]).label);"
        "assert not {'torch', 'transformers', 'pydantic', 'yaml'} & set(sys.modules), 'too much was imported'"
    )
    said = subprocess.run([sys.executable, "-c", program, str(made.path), TEXTS[1]], capture_output=True, text=True, check=True)
    assert said.stdout == "hours\n"


def test_its_manifest_says_that_nothing_was_trained_or_measured(shop, tmp_path):
    manifest = make_bundle(shop(), tmp_path / "out").manifest
    assert manifest["metrics"] == {}
    assert manifest["provenance"]["zero_shot"] | {"unrelated": 0, "scale": 0} == {
        "sentences": 2,
        "calibrated_on": 0,
        "left_out": [],
        "unrelated": 0,
        "scale": 0,
    }
    assert "train" not in manifest["provenance"]


def test_it_answers_what_its_golden_rows_say(shop, tmp_path):
    made = make_bundle(shop(), tmp_path / "out")
    rows = [json.loads(line) for line in (made.path / "golden.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == ["wants to buy bread or cake.", "asks when the shop is open"]
    with load(made.path) as model:
        assert [model.predict(row["text"]).label for row in rows] == [row["label"] for row in rows] == ["buy", "hours"]


def test_an_empty_text_is_out_of_scope(shop, tmp_path):
    with load(make_bundle(shop(), tmp_path / "out").path) as model:
        prediction = model.predict("")
    assert (prediction.label, prediction.action, prediction.out_of_scope) == ("other", "ask", True)


def test_without_a_fallback_a_text_like_no_label_is_out_of_scope(shop, tmp_path):
    labels = {"buy": "wants to buy bread or cake", "hours": "asks when the shop is open"}
    made = make_bundle(shop(labels=labels, fallback=None), tmp_path / "out")
    assert made.manifest["spec"]["heads"]["intent"]["out_of_scope"] == {"method": "max_logit", "threshold": 0.0}
    with load(made.path) as model:
        like = [prediction.out_of_scope for prediction in model.predict([*labels.values()])]
    assert like == [False, False]


def test_score_heads_are_left_out_and_named(shop, tmp_path):
    heads = {"intent": {"type": "choice", "labels": {"a": "buy bread", "b": "the shop is open"}}, "urgency": {"type": "score"}}
    made = make_bundle(shop(heads=heads), tmp_path / "out")
    assert list(made.manifest["spec"]["heads"]) == ["intent"]
    assert made.manifest["provenance"]["zero_shot"]["left_out"] == ["urgency"]


def test_tags_come_with_thresholds(shop, tmp_path):
    heads = {"things": {"type": "tags", "labels": {"bread": "bread and rolls", "cake": "cake and a pie"}}}
    made = make_bundle(shop(heads=heads), tmp_path / "out")
    with load(made.path) as model:
        assert model.predict("cake and a pie").heads["things"].labels == ("cake",)


def test_labelled_rows_calibrate_it(shop, tmp_path, rows):
    made = make_bundle(shop(data=[{"examples": rows(180)}]), tmp_path / "out")
    spec, found = made.manifest["spec"]["heads"]["intent"], made.manifest["provenance"]["zero_shot"]
    assert found["calibrated_on"] > FEWEST_ROWS
    assert spec["temperature"] == read_json(made.path / "temperature.json")["temperature"]
    assert {"held_out_nll", "conformal", "out_of_scope"} <= set(spec)


def test_a_handful_of_rows_calibrates_nothing(shop, rows):
    assert labelled_rows(shop(data=[{"examples": rows(FEWEST_ROWS - 1)}])) == []


def test_rows_of_one_label_calibrate_nothing(shop, tmp_path, rows):
    rows(1)
    (tmp_path / "shop" / "one.jsonl").write_text("".join(json.dumps({"text": f"buy {n}", "intent": "buy"}) + "\n" for n in range(60)))
    assert labelled_rows(shop(data=[{"examples": "one.jsonl"}])) == []


def test_rows_to_be_judged_on_are_not_looked_at(shop, rows):
    assert labelled_rows(shop(data=[{"examples": rows(180), "split": "test"}])) == []
    every = labelled_rows(shop(data=[{"examples": rows(180), "split": "calib"}]))
    some = labelled_rows(shop(data=[{"examples": rows(180)}], splits={"train": 0.25, "val": 0.25, "calib": 0.25, "test": 0.25}))
    assert FEWEST_ROWS < len(some) < len(every)


def test_no_more_rows_are_looked_at_than_take_a_moment(shop, tmp_path, rows):
    rows(1)
    many = [{"text": f"{word} {number}", "intent": label} for number in range(700) for word, label in (("buy", "buy"), ("open", "hours"))]
    (tmp_path / "shop" / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in many))
    found = labelled_rows(shop(data=[{"examples": "many.jsonl", "split": "calib"}]))
    assert MOST_ROWS / 2 < len(found) <= MOST_ROWS
    assert {row.labels["intent"] for row in found} == {"buy", "hours"}


def test_examples_that_are_not_there_are_named(shop, tmp_path):
    with pytest.raises(sayso.DataError, match=r"gone\.jsonl: this file is missing"):
        make_bundle(shop(data=[{"examples": "gone.jsonl"}]), tmp_path / "out")


def test_what_goes_wrong_leaves_nothing_behind(shop, tmp_path):
    with pytest.raises(sayso.UsageError, match="there is no base model 'minilmm'; did you mean 'minilm'"):
        make_bundle(shop().with_base("minilmm"), tmp_path / "made" / "out")
    assert list((tmp_path / "made").iterdir()) == []
