"""A project whose model chooses and marks pieces of a text, from rows to a bundle that answers."""

import json
import random
from dataclasses import replace

import pytest

from conftest import examples_of
from sayso.artifacts import open_artifact, read_json
from sayso.evaluate import calibrate, evaluate
from sayso.evaluate.answers import head_answers
from sayso.evaluate.baselines import DICTIONARY, spans_baseline
from sayso.examples import Example, read_split
from sayso.export import bundle, export
from sayso.loading import load as load_any
from sayso.project import Project
from sayso.runtime.bundle import open_bundle
from sayso.runtime.load import load
from sayso.runtime.prediction import Span
from sayso.runtime.selftest import GOLDEN, self_test
from sayso.runtime.spans import Mark
from sayso.train import train

YAML = """\
name: orders
base: {base}
heads:
  intent: {{type: choice, fallback: other, labels: [buy, hours, other]}}
  slots: {{type: spans, labels: [goods, day]}}
data: [{{examples: examples.jsonl}}]
splits: {{train: 0.6, val: 0.1, calib: 0.15, test: 0.15}}
check: {{min_per_label: 10}}
train: {{epochs: 10, batch_size: 16, learning_rate: 3.0e-3, head_learning_rate_factor: 3, max_length: 32}}
export: {{max_int8_drop: 0.2}}
gates: ["slots.micro_f1 >= 0.5", "slots.recall.goods >= 0.5", "slots.f1.min >= 0.1"]
"""
GOODS = ["bread", "cake", "rolls", "two loaves", "pie"]
DAYS = ["today", "sunday"]
ORDERS = [
    "buy {goods}",
    "please order {goods} {day}",
    "can i get {goods}",
    "reserve {goods} {day}",
    "so buy {goods} please",
    "get me {goods}",
]
QUESTIONS = ["open {day}", "the shop hours {day}", "close {day}", "can you open {day}", "so open {day}"]


def rows():
    draw = random.Random(3)
    for number in range(240):
        intent, pattern = draw.choice(
            [("buy", ORDERS), ("buy", ORDERS), ("hours", QUESTIONS), ("other", ["hello you", "sing it", "a joke please", "thanks"])]
        )
        text, slots = "", []
        for word in draw.choice(pattern).split():
            kind = word.strip("{}")
            said = draw.choice(GOODS if kind == "goods" else DAYS) if word != kind else word
            text += " " * bool(text)
            if word != kind:
                slots.append({"label": kind, "start": len(text), "end": len(text) + len(said)})
            text += said
        yield {"text": text, "intent": intent, "slots": slots, "group": str(number)}


@pytest.fixture(scope="module")
def built(tiny_base, tmp_path_factory):
    """The project, and the bundle that each stage has had its part in."""
    folder = tmp_path_factory.mktemp("orders")
    (folder / "sayso.yaml").write_text(YAML.format(base=tiny_base))
    (folder / "examples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()))
    project = Project.load(folder)
    data, build = examples_of(project), project.build
    onnx = export(project, train(project, data, build / "weights"), data, build / "onnx")
    calibration = calibrate(project, onnx, data, build / "calibration")
    report = evaluate(project, onnx, calibration, data, build / "report")
    bundle(project, onnx, calibration, report, build / "bundle")
    return project


def test_the_bundle_marks_what_it_has_learned(built):
    with load(built.build / "bundle") as model:
        found = model.predict("please order two loaves sunday").heads["slots"].spans
        assert [(span.label, span.text) for span in found] == [("goods", "two loaves"), ("day", "sunday")]
        assert found[0] == Span("goods", 13, 23, "two loaves", found[0].confidence)
        assert model.predict("hello you").to_dict()["heads"]["slots"] == {"spans": []}
        assert self_test(model, open_bundle(built.build / "bundle")) > 0
    golden = [json.loads(line) for line in (built.build / "bundle" / GOLDEN).read_text().splitlines()]
    assert any(row["heads"]["slots"]["spans"] for row in golden)


def test_the_weights_mark_the_same_pieces_as_the_graph(built):
    with load(built.build / "bundle") as model, load_any(built.build / "weights") as weights:
        for text in ("please order two loaves sunday", "open today", "hello"):
            marks = [[(span.label, span.start, span.end) for span in one.predict(text).heads["slots"].spans] for one in (model, weights)]
            assert marks[0] == marks[1]


def test_its_temperature_is_fitted_on_tokens(built):
    entry = read_json(built.build / "calibration" / "calibration.json")["heads"]["slots"]
    assert entry["temperature"] > 0
    assert "out_of_scope" not in entry and "conformal" not in entry


def test_the_report_tells_what_it_is_worth_beside_a_dictionary(built):
    report = read_json(built.build / "report" / "report.json")
    figures = report["figures"]["slots"]
    assert figures["micro_f1"] > 0.8
    assert figures["f1"].keys() == {"min", "goods", "day"}
    assert all(gate["held"] for gate in report["gates"])
    beside = {row["name"]: row for row in report["baselines"] if row["head"] == "slots"}
    assert beside.keys() == {"this model", DICTIONARY}
    assert {row["measure"] for row in beside.values()} == {"micro-F1"}
    page = (built.build / "report" / "report.html").read_text()
    assert "slots: pieces of the text" in page
    assert "<td>goods</td>" in page
    assert "Scores and tags" not in page


def test_the_dictionary_marks_the_longest_run_that_it_knows():
    train = [
        Example("two loaves and bread", {"slots": (Mark("goods", 0, 10), Mark("goods", 15, 20))}),
        Example("loaves", {"slots": (Mark("day", 0, 6),)}),
        Example("nothing", {"intent": "other"}),
    ]
    assert spans_baseline("slots", train, ["Two loaves, bread!", "my loaves", ""]) == [
        [Mark("goods", 0, 10), Mark("goods", 12, 17)],
        [Mark("day", 3, 9)],
        [],
    ]


def test_rows_that_do_not_know_the_head_teach_and_judge_nothing_of_it(built):
    data = open_artifact(built.build / "verified", "examples")
    test = read_split(data, "test", built.heads)
    known = [replace(row, labels={"intent": row.labels["intent"]}) for row in test]
    assert all("slots" not in row.labels for row in known)
    with load(built.build / "bundle") as model:
        texts = [row.text for row in known]
        spec = read_json(built.build / "calibration" / "calibration.json")
        assert list(head_answers(spec, model.logits(texts), known)) == ["intent"]
