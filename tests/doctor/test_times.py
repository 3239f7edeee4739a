"""Times are what was measured, as often as the stage does it; what was not measured has no time."""

import pytest

from clischema.samples import write_sample
from sayso.doctor.rows import Rows
from sayso.doctor.speed import Speed
from sayso.doctor.times import StageTime, times_of
from sayso.project import Project

ROWS = Rows(True, {"train": 640, "val": 64, "calib": 50, "test": 40})
SPEED = Speed("cpu", learn_batch=0.4, read_batch=0.16, step=0.1, read_alone=0.01)
WRITES = Speed("cpu", llm_learn_batch=2.0, llm_read_batch=1.0, llm_step=0.5, tokens_alone=10, tokens_at_once=40, answer_tokens=10)


def project_with(folder, engine, more=""):
    write_sample(folder, name="schema.yaml")
    (folder / "sayso.yaml").write_text(f"name: bake\ncommands: schema.yaml\nengine: {engine}\n{more}")
    return Project.load(folder)


def by_stage(project, speed):
    return {time.stage: time for time in times_of(project, ROWS, speed)}


def test_training_is_steps_times_epochs_and_a_look_at_the_validation_rows(tmp_path):
    times = by_stage(project_with(tmp_path, "encoder", "train: {epochs: 2, batch_size: 32}\n"), SPEED)
    assert times["train"] == StageTime("train", 20.6, "about")
    assert times["calibrate"] == StageTime("calibrate", 0.5, "at most")
    assert times["evaluate"] == StageTime("evaluate", 0.8, "at most")
    assert times["export"] == StageTime("export", None, "not measured")


def test_frozen_layers_are_run_once(tmp_path):
    plain = by_stage(project_with(tmp_path, "encoder", "train: {epochs: 2}\n"), SPEED)["train"].seconds
    frozen = by_stage(project_with(tmp_path, "encoder", "train: {epochs: 2, freeze_layers: 2}\n"), SPEED)["train"].seconds
    assert frozen - plain == pytest.approx((640 + 64) / 32 * 0.16, abs=0.1)


def test_a_language_model_has_stages_of_its_own(tmp_path):
    settings = (
        "llm: {sft: {epochs: 2, batch_size: 8, gradient_accumulation: 4, judge_rows: 16}, dpo: {pairs: 40, requests: 32, samples: 2}}\n"
    )
    times = by_stage(project_with(tmp_path, "llm", settings), WRITES)
    assert times["sft"].seconds == 2 * (80 * 2.0 + 20 * 0.5 + 64 / 8 * 1.0 + 16 * 2 * 10 / 40)
    assert times["prefer"] == StageTime("prefer", 32 * 2 * 2 * 10 / 40, "at most")
    assert times["dpo"] == StageTime("dpo", 80 / 8 * 3.0 + 2 * 0.5, "at most")
    assert times["gguf"].seconds == (2 * 64 + 48) * 10 / 10
    assert times["calibrate-llm"].seconds == 50
    assert times["evaluate-llm"].seconds == 40 + 2 * 40
    assert "train" not in times


def test_a_budget_of_rows_counts_and_dpo_may_be_left_out(tmp_path):
    settings = "llm: {dpo: null, sft: {rows: 80, epochs: 1, judge_rows: 0}}\n"
    times = by_stage(project_with(tmp_path, "hybrid", settings), WRITES)
    assert times["sft"].seconds == 10 * 2.0 + 3 * 0.5 + 8.0
    assert times["train"] == StageTime("train", None, "not measured")
    assert not {"prefer", "dpo"} & times.keys()


def test_nothing_measured_is_no_time(tmp_path):
    assert {time.how for time in times_of(project_with(tmp_path, "hybrid"), ROWS, Speed())} == {"not measured"}


def test_a_stage_that_has_nothing_to_do_takes_no_time(tmp_path):
    from sayso import pipeline

    project = project_with(tmp_path, "encoder", "generate: {rows_per_command: 10}\n")
    list(pipeline.build(project, until="generate"))
    assert by_stage(project, SPEED)["generate"] == StageTime("generate", 0.0, "up to date")
