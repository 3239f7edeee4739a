"""The estimator of a running process: what it answers, and that settings and model change under it without a dropped answer."""

import gc
import threading
import time

import pytest
from structlog.testing import capture_logs

import sayso
import tiny_model
from sayso.errors import InputError, UsageError
from sayso.runtime.bench import resident_bytes

from .conftest import CONFIG, RULES

TEXT = "please give me a proof of the sum"


def until(holds, seconds=10.0):
    """Wait for something that another thread brings about."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def write(program, mode):
    (program / "config.yaml").write_text(CONFIG.format(mode))


@pytest.fixture
def estimator(program):
    with sayso.Estimator(program / "config.yaml") as made:
        yield made


def test_rules_and_model_are_mixed_as_the_settings_say(estimator):
    found = estimator.estimate(TEXT)
    assert found.mode == "hybrid"
    assert found.score == pytest.approx(0.6 * found.model_score + 0.4 * found.rules_score)
    assert found.tier in ("easy", "hard")
    assert set(found.contributions) == {"length", "structure", "verbs", "domains", "constraints", "steps", "scope"}


def test_a_change_of_the_file_is_picked_up_without_a_restart(estimator, program):
    assert estimator.estimate(TEXT).mode == "hybrid"
    write(program, "ml_only")
    assert until(lambda: estimator.settings.ml_estimation_mode == "ml_only")
    found = estimator.estimate(TEXT)
    assert (found.mode, found.score) == ("ml_only", found.model_score)


def test_a_broken_file_is_reported_and_the_old_settings_go_on_serving(estimator, program):
    before = estimator.estimate(TEXT)
    (program / "config.yaml").write_text("task_complexity: [")
    assert until(lambda: estimator.status["problem"])
    assert "config_rejected" in estimator.status["problem"]
    assert estimator.estimate(TEXT) == before
    write(program, "hybrid")
    assert until(lambda: estimator.status["problem"] is None)


def test_a_broken_model_is_reported_and_the_old_one_goes_on_serving(estimator, program):
    before = estimator.estimate(TEXT)
    graph = program / "models" / "complexity_model_int8.onnx"
    whole = graph.read_bytes()
    graph.write_bytes(whole[:-1])
    assert until(lambda: estimator.status["problem"])
    assert "ml_classifier_unavailable" in estimator.status["problem"]
    assert estimator.estimate(TEXT) == before
    graph.write_bytes(whole)
    assert until(lambda: estimator.status["problem"] is None)


def test_another_model_is_taken_up_when_it_is_installed(estimator, program, tmp_path):
    from sayso.export.install import install

    first = estimator.estimate(TEXT)
    other = tiny_model.write_bundle(tmp_path / "other", tiny_model.COMPLEXITY, rules={**RULES, "model_share": 0.0})
    install(other, program / "models", "complexity")
    assert until(lambda: estimator.estimate(TEXT).score == first.rules_score)


def test_without_a_model_the_rules_answer_and_a_log_line_says_why(program):
    for path in (program / "models").rglob("*.onnx"):
        path.unlink()
    with capture_logs() as lines, sayso.Estimator(program / "config.yaml", watch=False) as estimator:
        found = estimator.estimate("Design a distributed system for millions of users")
    assert (found.mode, found.model_score, found.intent) == ("rules", None, "planning")
    assert [line["event"] for line in lines] == ["ml_classifier_unavailable"]
    assert "sayso export --install" in lines[0]["reason"]


def test_the_model_is_loaded_when_it_is_first_needed_and_that_is_logged(program):
    with capture_logs() as lines, sayso.Estimator(program / "config.yaml", watch=False) as estimator:
        assert lines == []
        estimator.estimate(TEXT)
        estimator.estimate(TEXT)
    assert [line["event"] for line in lines] == ["ml_classifier_loaded", "ml_tokenizer_loaded"]
    assert lines[0]["model"].endswith("models/complexity_model_int8.onnx")
    assert lines[1]["path"].endswith("models/complexity_tokenizer")


def test_switched_off_it_estimates_nothing_and_without_the_model_it_is_the_rules(estimator):
    assert estimator.update(enabled=False).enabled is False
    assert estimator.estimate(TEXT) is None
    estimator.update(enabled=True, ml_model_enabled=False)
    assert estimator.estimate(TEXT).mode == "rules"


def test_refining_asks_the_model_only_where_the_rules_are_unsure(estimator):
    estimator.update(ml_estimation_mode="ml_refine")
    assert estimator.estimate("hi").mode == "rules"
    unsure = next(text for n in range(1, 60) if 0.35 <= estimator.estimate(text := "write code " * n).rules_score <= 0.65)
    assert estimator.estimate(unsure).mode == "ml_refine"


def test_a_settings_page_is_told_what_is_wrong_and_nothing_changes(estimator):
    with pytest.raises(UsageError, match="ml_estimation_mode"):
        estimator.update(ml_estimation_mode="magic")
    assert estimator.settings.ml_estimation_mode == "hybrid"


def test_a_missing_file_is_an_error_at_the_start(tmp_path):
    with pytest.raises(InputError, match="missing"):
        sayso.Estimator(tmp_path / "config.yaml")


def test_a_model_without_rules_is_refused(program, tmp_path):
    plain = tiny_model.write_bundle(tmp_path / "plain", tiny_model.COMPLEXITY)
    with sayso.Estimator(program / "config.yaml", watch=False) as estimator:
        estimator.update(ml_model_path=plain)
        assert "without rules" in estimator.status["problem"]


def test_no_answer_is_dropped_while_settings_and_model_change(estimator, program):
    answers, stop, errors = [], threading.Event(), []

    def ask():
        while not stop.is_set():
            try:
                answers.append(estimator.estimate(TEXT).score)
            except (sayso.SaysoError, RuntimeError, ValueError, AttributeError) as error:
                errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(20):
        estimator.update(ml_estimation_mode=("ml_only", "hybrid", "ml_refine")[number % 3])
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(answers) > 20


def test_two_hundred_reloads_of_the_model_leak_no_memory(program, tmp_path):
    rules = [{**RULES, "model_share": share} for share in (0.4, 0.6)]
    bundles = [tiny_model.write_bundle(tmp_path / f"model{one['model_share']}", tiny_model.COMPLEXITY, rules=one) for one in rules]
    with sayso.Estimator(program / "config.yaml", watch=False) as estimator:
        for number in range(40):  # until every cache is warm
            estimator.update(ml_model_path=bundles[number % 2])
        gc.collect()
        before = resident_bytes()
        for number in range(200):
            estimator.update(ml_model_path=bundles[number % 2])
            assert estimator.estimate(TEXT).mode == "hybrid"
        gc.collect()
        grown = resident_bytes() - before
    assert grown < 6e6, f"{grown / 200:.0f} bytes a reload"
