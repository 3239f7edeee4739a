"""The arithmetic between raw outputs and decisions, held against scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.special import expit, log_softmax, logsumexp
from scipy.special import softmax as scipy_softmax

from sayso.runtime.decide import Bands, action, conformal_set, energy, in_scope_score, max_logit, sigmoid, softmax

logits = arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.floats(-200, 200, width=32))
temperatures = st.floats(0.05, 20)


@given(logits, temperatures)
def test_softmax_is_scipys(raw, temperature):
    np.testing.assert_allclose(softmax(raw, temperature), scipy_softmax(raw.astype(np.float64) / temperature, axis=-1), atol=1e-12)
    np.testing.assert_allclose(softmax(raw, temperature).sum(axis=-1), 1, atol=1e-12)


@given(logits, temperatures)
def test_sigmoid_is_scipys(raw, temperature):
    np.testing.assert_allclose(sigmoid(raw, temperature), expit(raw.astype(np.float64) / temperature), atol=1e-12)


@given(logits, temperatures)
def test_energy_is_the_log_of_the_sum_that_softmax_divides_by(raw, temperature):
    np.testing.assert_allclose(energy(raw, temperature), temperature * logsumexp(raw.astype(np.float64) / temperature, axis=-1), atol=1e-9)
    np.testing.assert_allclose(raw[:, 0] - energy(raw), log_softmax(raw.astype(np.float64), axis=-1)[:, 0], atol=1e-9)


def test_both_scores_are_higher_for_a_clear_answer():
    raw = np.array([[9.0, 0.0, 0.0], [0.1, 0.0, 0.0]])
    assert max_logit(raw).tolist() == [9.0, 0.1]
    assert np.diff(energy(raw)) < 0
    assert in_scope_score(raw, "max_logit").tolist() == max_logit(raw).tolist()
    assert in_scope_score(raw, "energy").tolist() == energy(raw).tolist()


def test_a_conformal_set_has_all_labels_likely_enough_and_always_the_most_likely():
    probabilities = np.array([[0.6, 0.3, 0.1], [0.34, 0.33, 0.33]])
    assert conformal_set(probabilities, 0.7).tolist() == [[True, True, False], [True, True, True]]
    assert conformal_set(probabilities, 0.1).tolist() == [[True, False, False], [True, False, False]]


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [
        (1.0, "execute"),
        (0.9, "execute"),
        (0.8999, "confirm"),
        (0.7, "confirm"),
        (0.6, "suggest"),
        (0.5, "suggest"),
        (0.4999, "ask"),
        (0.0, "ask"),
    ],
)
def test_a_confidence_at_a_bands_edge_belongs_to_the_band(confidence, expected):
    assert action(confidence, Bands(execute=0.9, confirm=0.7, suggest=0.5)) == expected
