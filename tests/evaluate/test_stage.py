"""Calibration and evaluation of a real, tiny, exported model."""

import json

import pytest

import sayso
from sayso.artifacts import open_artifact, read_json
from sayso.errors import DataError, ProjectError, UsageError
from sayso.evaluate import calibrate, evaluate
from sayso.evaluate.files import calibrate_file, evaluate_file


@pytest.fixture
def judged(built_project):
    """The project, and its calibration and report."""
    build = built_project.build
    onnx, data = open_artifact(build / "onnx", "onnx"), open_artifact(build / "verified", "examples")
    calibration = calibrate(built_project, onnx, data, build / "calibration")
    return built_project, calibration, evaluate(built_project, onnx, calibration, data, build / "report")


def test_the_report_judges_the_model_the_float_model_and_the_baselines(judged):
    report = read_json(judged[2].path / "report.json")
    assert report["figures"]["rows"] == report["data"]["rows"]["test"]
    assert {"int8_drop", "size_mb", "latency_ms", "float_accuracy"} <= report["figures"].keys()
    assert [row["name"] for row in report["baselines"]][:2] == ["this model", "majority"]
    assert (judged[2].path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_calibration_is_fitted_on_calib_alone(judged):
    rows = (judged[0].build / "verified" / "calib.jsonl").read_text().splitlines()
    assert judged[1].manifest["rows"] == len(rows)
    spec = read_json(judged[1].path / "calibration.json")["heads"]["intent"]
    assert spec["temperature"] > 0
    assert spec["out_of_scope"]["method"] == "energy"
    assert 0 <= spec["conformal"]["threshold"] <= 1


def test_rows_of_test_are_not_looked_at_by_calibration(built_project):
    build = built_project.build
    onnx, data = open_artifact(build / "onnx", "onnx"), open_artifact(build / "verified", "examples")
    before = calibrate(built_project, onnx, data, build / "one").digest
    (data.path / "test.jsonl").write_text('{"text": "something else", "intent": "other"}\n')
    assert calibrate(built_project, onnx, data, build / "two").digest == before


def test_without_rows_to_judge_on_it_says_what_to_do(built_project):
    build = built_project.build
    onnx, data = open_artifact(build / "onnx", "onnx"), open_artifact(build / "verified", "examples")
    (data.path / "calib.jsonl").write_text("")
    with pytest.raises(DataError, match="no rows to calibrate on; give `calib` a share"):
        calibrate(built_project, onnx, data, build / "calibration")


def test_a_gate_about_an_unknown_figure_writes_no_report(judged):
    project, calibration, _ = judged
    document = project.model_dump(mode="json") | {"gates": ["intent.acuracy >= 0.5"]}
    changed = sayso.Project.model_validate(document)
    onnx, data = open_artifact(project.build / "onnx", "onnx"), open_artifact(project.build / "verified", "examples")
    with pytest.raises(ProjectError, match=r"did you mean 'intent.accuracy'"):
        evaluate(changed, onnx, calibration, data, project.build / "other")
    assert not (project.build / "other").exists()


def test_any_file_can_be_judged_by_a_bundle(tiny_bundle, tmp_path):
    path = tmp_path / "real.jsonl"
    path.write_text('{"text": "buy bread", "intent": "buy"}\n{"text": "open sunday", "intent": "hours"}\n')
    found = evaluate_file(tiny_bundle, path)
    assert found["figures"]["rows"] == 2
    assert found["gates"] == found["baselines"] == []


def test_a_label_that_the_bundle_does_not_know_is_refused_with_its_line(tiny_bundle, tmp_path):
    path = tmp_path / "real.jsonl"
    path.write_text('{"text": "buy bread", "intent": "buy"}\n{"text": "open?", "intent": "hour"}\n')
    with pytest.raises(DataError, match=r"real\.jsonl:2: 'hour' is not a label of 'intent'; did you mean 'hours'"):
        evaluate_file(tiny_bundle, path)


def test_another_temperature_changes_confidence_and_not_the_answers(tiny_bundle, tmp_path):
    path = tmp_path / "real.jsonl"
    path.write_text("".join(f'{{"text": "{word} bread", "intent": "buy"}}\n' for word in ("buy", "order", "get", "hello")))
    cold, hot = (evaluate_file(tiny_bundle, path, temperature=value)["figures"]["intent"] for value in (0.5, 5.0))
    assert cold["accuracy"] == hot["accuracy"]
    assert cold["mean_confidence"] > hot["mean_confidence"]
    with pytest.raises(UsageError, match="above 0"):
        evaluate_file(tiny_bundle, path, temperature=0)


def test_graphs_without_a_bundle_can_be_calibrated_on_a_file(built_project, tmp_path):
    document = calibrate_file(built_project.build / "onnx", built_project.build / "verified" / "calib.jsonl", tmp_path / "temperature.json")
    assert json.loads((tmp_path / "temperature.json").read_text()) == document
    assert document["intent_labels"] == ["buy", "hours", "other"]


def test_the_bundle_answers_its_golden_rows_as_it_did_when_it_was_made(tiny_bundle):
    rows = [json.loads(line) for line in (tiny_bundle / "golden.jsonl").read_text().splitlines()]
    with sayso.load(tiny_bundle) as model:
        again = [model.predict(row["text"]).to_dict() for row in rows]
    assert rows
    assert again == [{key: value for key, value in row.items() if key != "text"} for row in rows]
