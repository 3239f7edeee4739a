import numpy as np

from sayso.evaluate.answers import HeadAnswers
from sayso.evaluate.calibrate import fit_head, fit_temperature, temperature_file
from sayso.examples import Example
from sayso.runtime.decide import conformal_set, energy, softmax

LABELS = ["a", "b", "c"]
SPEC = {"type": "choice", "labels": LABELS, "temperature": 1.0}


def answers(temperature, rows=3000, seed=0, spec=SPEC):
    """Answers that are perfectly calibrated at `temperature`: the truth is drawn from their probabilities."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(rows, 3)) * 2
    probabilities = softmax(logits)
    truth = np.array([random.choice(3, p=row) for row in probabilities])
    return HeadAnswers("intent", spec, logits * temperature, truth, np.arange(rows))


def groups(rows=3000):
    return [str(number // 10) for number in range(rows)]


def test_the_temperature_that_makes_confidence_true_is_found():
    for true in (0.4, 2.5):
        assert abs(fit_temperature(answers(true), groups())[0] - true) < 0.15 * true


def test_a_temperature_that_does_not_help_on_other_rows_is_one():
    temperature, held_out = fit_temperature(answers(1.0, rows=60, seed=3), groups(60))
    assert temperature == 1.0
    assert held_out["scaled"] >= held_out["plain"]


def test_sets_hold_the_right_label_as_often_as_promised_on_new_rows():
    fitted = fit_head(answers(2.0), [Example(str(n), {"intent": "a"}) for n in range(3000)])
    new = answers(2.0, seed=9)
    inside = conformal_set(new.probabilities(fitted["temperature"]), fitted["conformal"]["threshold"])
    assert abs(inside[np.arange(3000), new.truth].mean() - 0.9) < 0.03


def test_few_texts_in_scope_are_flagged():
    head = answers(1.0)
    fitted = fit_head(head, [Example(str(n), {"intent": "a"}) for n in range(3000)])
    assert (energy(head.raw) < fitted["out_of_scope"]["threshold"]).mean() < 0.06


def test_tags_get_a_threshold_each():
    random = np.random.default_rng(1)
    truth = random.random((500, 2)) < 0.3
    raw = np.where(truth, 1.0, -1.0) + random.normal(size=(500, 2)) - [0, 2]
    head = HeadAnswers("domains", {"type": "tags", "labels": ["x", "y"], "temperature": 1.0}, raw, truth, np.arange(500))
    thresholds = fit_head(head, [Example(str(n), {}) for n in range(500)])["thresholds"]
    assert thresholds[1] < thresholds[0]


def test_the_temperature_file_has_what_deploy_folders_read():
    head = answers(2.0)
    document = temperature_file({"heads": {"intent": {"temperature": 2.0}}}, {"intent": head}, "intent")
    assert document["temperature"] == 2.0
    assert document["metrics"]["ece_after"] < document["metrics"]["ece_before"]
    assert document["calibration_samples"] == 3000
    assert document["intent_labels"] == LABELS
