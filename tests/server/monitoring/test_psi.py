"""The population stability index: nothing for the same shares, always finite, and not moved by chance."""

import math
import random

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from sayso.server.monitoring.psi import by_chance, psi, tenths_of

COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 10_000), min_size=1)


def test_the_textbook_example_comes_out():
    baseline = {"a": 20_000, "b": 30_000, "c": 50_000}
    found = {"a": 30_000, "b": 30_000, "c": 40_000}
    expected = 0.1 * math.log(0.3 / 0.2) - 0.1 * math.log(0.4 / 0.5)
    assert math.isclose(psi(baseline, found), expected, rel_tol=1e-3)


@given(COUNTS, COUNTS)
def test_it_is_finite_symmetric_and_never_negative(one, other):
    assert 0 <= psi(one, other) < math.inf
    assert math.isclose(psi(one, other), psi(other, one), abs_tol=1e-9)
    assert psi(one, one) == 0


def test_a_label_that_was_never_seen_counts_without_counting_infinitely():
    assert 0.2 < psi({"a": 1000}, {"a": 500, "b": 500}) < 10


def test_what_chance_gives_is_the_quantile_of_chi_square():
    bins = dict.fromkeys(range(10), 100)
    assert math.isclose(by_chance(bins, bins), chi2.ppf(0.999, 9) * 2 / 1000, rel_tol=0.01)


def test_samples_of_one_population_hardly_ever_exceed_it():
    draw = random.Random(7)
    shares = [0.4, 0.2, 0.1, 0.1, 0.05, 0.05, 0.05, 0.03, 0.01, 0.01]

    def sample(size):
        counts = dict.fromkeys(range(10), 0)
        for place in draw.choices(range(10), shares, k=size):
            counts[place] += 1
        return counts

    pairs = [(sample(80), sample(500)) for _ in range(1000)]
    assert sum(psi(*pair) > by_chance(*pair) for pair in pairs) <= 5
    assert sum(psi(*pair) > 0.2 for pair in pairs) >= 20, "a test set of 80 rows makes 0.2 a matter of luck"


def test_a_histogram_of_other_bins_is_told_in_tenths():
    twentieths = {"edges": [step / 20 for step in range(21)], "counts": list(range(20))}
    assert tenths_of(twentieths) == {tenth: 4 * tenth + 1 for tenth in range(10)}
    assert tenths_of({}) == {}
