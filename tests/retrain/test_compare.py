"""Better, worse, or chance: two models on the same rows."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from sayso.retrain.compare import compare

LABELS = ["a", "b", "c"]


def answers(right, rows=300, seed=0):
    """Truths, and answers of which so many are right."""
    random = np.random.default_rng(seed)
    truth = random.choice(LABELS, rows)
    wrong = np.array([LABELS[(LABELS.index(label) + 1) % 3] for label in truth])
    return truth, np.where(random.random(rows) < right, truth, wrong)


def compared(truth, before, after, groups=None):
    return compare(list(truth), list(before), list(after), groups or [str(row) for row in range(len(truth))], "tiny@1")


def test_the_figures_are_those_of_scikit_learn():
    truth, after = answers(0.9)
    before = answers(0.7, seed=1)[1]
    found = compared(truth, before, after)
    assert found.accuracy.before == pytest.approx(accuracy_score(truth, before))
    assert found.accuracy.after == pytest.approx(accuracy_score(truth, after))
    assert found.macro_f1.before == pytest.approx(f1_score(truth, before, average="macro"))
    assert found.macro_f1.after == pytest.approx(f1_score(truth, after, average="macro"))


def test_the_interval_of_accuracy_is_that_of_scipys_paired_bootstrap():
    from scipy.stats import bootstrap

    truth, after = answers(0.85)
    before = np.where(np.random.default_rng(4).random(300) < 0.9, after, answers(0.5, seed=9)[1])
    found = compared(truth, before, after)
    differences = (after == truth).astype(float) - (before == truth).astype(float)
    known = bootstrap((differences,), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(1)).confidence_interval
    assert found.accuracy.low == pytest.approx(known.low, abs=0.006)
    assert found.accuracy.high == pytest.approx(known.high, abs=0.006)


def test_a_much_better_model_is_better_beyond_noise():
    truth, after = answers(0.95)
    found = compared(truth, answers(0.4, seed=2)[1], after)
    assert found.accuracy.low > 0 and found.macro_f1.low > 0
    assert found.fixed > found.broken
    assert [gate["held"] for gate in found.gates()] == [True, True]


def test_a_much_worse_model_is_refused_and_a_hair_worse_one_is_not():
    truth, before = answers(0.95)
    much = compared(truth, before, answers(0.4, seed=2)[1])
    assert much.accuracy.high < 0
    assert [gate["held"] for gate in much.gates()] == [False, False]
    assert much.gates()[0]["gate"] == "accuracy not below that of tiny@1 beyond noise"
    hair = before.copy()
    hair[np.flatnonzero(before == truth)[0]] = LABELS[(LABELS.index(truth[np.flatnonzero(before == truth)[0]]) + 1) % 3]
    assert all(gate["held"] for gate in compared(truth, before, hair).gates())


def test_the_same_answers_differ_by_nothing_and_hold():
    truth, same = answers(0.8)
    found = compared(truth, same, same)
    assert (found.accuracy.value, found.accuracy.low, found.accuracy.high, found.fixed, found.broken) == (0, 0, 0, 0, 0)
    assert all(gate["held"] for gate in found.gates())


def test_many_rows_of_few_templates_prove_less_than_as_many_texts():
    truth = np.repeat(LABELS, 100)
    groups = [str(row // 20) for row in range(300)]
    before = np.repeat(["a", "c", "c"], 100)
    after = np.where(np.arange(300) // 20 % 5 == 0, before, truth)
    wide, narrow = compared(truth, before, after, groups).accuracy, compared(truth, before, after).accuracy
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_rows_of_a_single_group_stand_for_themselves():
    truth, after = answers(0.9)
    found = compared(truth, answers(0.7, seed=1)[1], after, ["all"] * 300)
    assert found.accuracy.low < found.accuracy.value < found.accuracy.high


def test_a_model_with_labels_of_its_own_is_wrong_there():
    found = compared(["a", "b"], ["old name", "b"], ["a", "b"])
    assert (found.accuracy.before, found.accuracy.after, found.fixed) == (0.5, 1.0, 1)


def test_asked_twice_it_says_the_same():
    truth, after = answers(0.9)
    before = answers(0.7, seed=1)[1]
    assert compared(truth, before, after) == compared(truth, before, after)
