import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.evaluate.metrics import (
    calibration_errors,
    choice_figures,
    interval,
    out_of_scope_auroc,
    reliability,
    risk_coverage,
    score_figures,
    search_minimum,
    spans_figures,
    tags_figures,
)
from sayso.runtime.spans import Mark


def random_answers(seed, rows=400, labels=5):
    random = np.random.default_rng(seed)
    logits = random.normal(size=(rows, labels)) * random.uniform(0.5, 4)
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True), random.integers(0, labels, rows)


@pytest.mark.parametrize("seed", range(8))
def test_calibration_errors_are_those_of_netcal(seed):
    from netcal.metrics import ECE, MCE

    probabilities, truth = random_answers(seed)
    confidence, right = probabilities.max(-1), probabilities.argmax(-1) == truth
    ece, mce = calibration_errors(confidence, right)
    assert ece == pytest.approx(ECE(15).measure(probabilities, truth), abs=1e-6)
    assert mce == pytest.approx(MCE(15).measure(probabilities, truth), abs=1e-6)


def test_confidence_that_is_always_true_has_no_error():
    confidence = np.repeat([0.25, 0.75], 400)
    right = np.concatenate([np.arange(400) < 100, np.arange(400) < 300])
    assert calibration_errors(confidence, right) == (0.0, 0.0)


def test_being_sure_and_wrong_is_the_largest_error():
    assert calibration_errors(np.ones(10), np.zeros(10, dtype=bool)) == (1.0, 1.0)


def test_every_answer_is_in_one_bin_of_the_reliability_diagram():
    confidence = np.linspace(0, 1, 1000)
    assert sum(each.count for each in reliability(confidence, confidence > 0.5)) == 1000


def test_answering_only_the_surest_texts_costs_fewer_errors():
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    coverage, risk = risk_coverage(confidence, np.array([True, True, False, False]))
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0, 0, 1 / 3, 0.5])


def test_the_figures_of_a_choice_agree_with_a_count_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8]])
    figures = choice_figures(probabilities, np.array([0, 1, 1, 1]), ["a", "b"])
    assert figures["accuracy"] == 0.75
    assert figures["recall"] == {"a": 1.0, "b": pytest.approx(2 / 3)}
    assert figures["precision"] == {"a": 0.5, "b": 1.0}
    assert figures["f1"]["min"] == pytest.approx(2 / 3)


def test_an_ordered_choice_counts_steps():
    probabilities = np.eye(3)[[0, 1, 0]]
    figures = choice_figures(probabilities, np.array([0, 2, 2]), ["low", "mid", "high"], ordered=True)
    assert figures["mae_steps"] == 1.0
    assert figures["off_by_one"] == pytest.approx(2 / 3)


def test_tags_are_judged_together_and_one_by_one():
    truth = np.array([[True, False], [True, True]])
    figures = tags_figures(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0.5, 0.5]), truth, ["code", "math"])
    assert figures["micro_f1"] == pytest.approx(0.8)
    assert figures["f1"]["code"] == 1.0
    assert figures["exact"] == 0.5


def test_a_score_is_judged_by_how_far_off_it_is():
    figures = score_figures(np.array([0.1, 0.5, 0.9]), np.array([0.2, 0.5, 0.7]))
    assert figures["mae"] == pytest.approx(0.1)
    assert figures["max_error"] == pytest.approx(0.2)
    assert figures["spearman"] == pytest.approx(1.0)


def test_an_interval_holds_the_mean_and_is_the_same_every_time():
    values = np.random.default_rng(1).integers(0, 2, 200).astype(float)
    low, high = interval(values)
    assert low < values.mean() < high
    assert (low, high) == interval(values)


def test_out_of_scope_is_not_judged_where_all_is_in_scope():
    assert out_of_scope_auroc(np.arange(3.0), np.ones(3, dtype=bool)) is None
    assert out_of_scope_auroc(np.arange(4.0), np.array([False, False, True, True])) == 1.0


@given(target=st.floats(0.06, 19))
@settings(max_examples=25)
def test_a_minimum_is_found_on_a_log_scale(target):
    assert search_minimum(lambda x: float(np.log(x / target) ** 2), 0.05, 20) == pytest.approx(target, rel=1e-2)


def test_marked_pieces_are_right_to_the_character_or_wrong():
    true = [[Mark("number", 0, 3), Mark("name", 14, 18)], [Mark("number", 0, 3)], []]
    found = [[Mark("number", 0, 3), Mark("name", 14, 17)], [Mark("name", 0, 3)], []]
    figures = spans_figures(found, true)
    assert figures["micro_f1"] == pytest.approx(2 * 1 / 6)
    assert figures["exact"] == pytest.approx(1 / 3)
    assert figures["precision"] == {"number": 1.0, "name": 0.0}
    assert figures["recall"] == {"number": 0.5, "name": 0.0}
    assert figures["f1"] == pytest.approx({"min": 0.0, "number": 2 / 3, "name": 0.0})
    assert figures["macro_f1"] == pytest.approx(1 / 3)


def test_texts_without_marks_that_got_none_are_all_right():
    figures = spans_figures([[], []], [[], []])
    assert (figures["micro_f1"], figures["macro_f1"], figures["exact"], figures["f1"]) == (1.0, 1.0, 1.0, {"min": 1.0})


@given(
    st.lists(
        st.tuples(*(st.lists(st.sampled_from([Mark("a", 0, 1), Mark("a", 2, 3), Mark("b", 2, 3), Mark("b", 4, 5)]), unique=True),) * 2),
        min_size=1,
    )
)
def test_the_figures_of_marks_agree_with_scikit_learn(pairs):
    from sklearn.metrics import f1_score, precision_recall_fscore_support

    found, true = zip(*pairs, strict=True)
    marks = [(row, mark) for row, pair in enumerate(pairs) for mark in dict.fromkeys([*pair[0], *pair[1]])]
    told = np.array([mark in found[row] for row, mark in marks], dtype=int)
    there = np.array([mark in true[row] for row, mark in marks], dtype=int)
    figures = spans_figures(found, true)
    assert figures["micro_f1"] == pytest.approx(f1_score(there, told) if marks else 1.0)
    for label in figures["precision"]:
        own = np.array([mark.label == label for _, mark in marks])
        expected = precision_recall_fscore_support(there[own], told[own], average="binary", zero_division=0)[:3]
        assert (figures["precision"][label], figures["recall"][label], figures["f1"][label]) == pytest.approx(expected)
