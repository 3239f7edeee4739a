"""The figures of a comparison: of the two models that are asked about, and of nothing else."""

import pytest

from sayso.server.monitoring.comparing import Compared, Comparisons
from sayso.server.monitoring.comparison import MOST_DIFFERENCES, Comparison, Difference, compare
from sayso.server.store import open_database


@pytest.fixture
def compared(database_url):
    """Sums up pairs of labels and gives the figures."""
    database = open_database(database_url)
    comparisons = Comparisons(database, days=90)

    def of(*pairs, version="tiny@1", candidate="tiny@2"):
        for label, other, sure in pairs:
            each = {"confidence": sure, "candidate_confidence": sure / 2, "seconds": 0.002, "candidate_seconds": 0.004}
            comparisons.add(Compared(version, candidate, label, other), **each)
        comparisons.write()
        with database.reading() as transaction:
            return compare(transaction, "tiny@1", "tiny@2")

    yield of
    database.close()


def test_nothing_is_said_before_anything_was_compared(compared):
    assert compared() == Comparison()
    assert compared(("a", "a", 1.0), version="tiny@7") == Comparison()
    assert compared(("a", "a", 1.0), candidate="tiny@7") == Comparison()


def test_agreement_has_an_interval_and_both_models_their_means(compared):
    found = compared(*[("a", "a", 0.9)] * 6, *[("b", "b", 0.8)] * 2, ("a", "b", 0.4), ("b", "c", 0.2))
    assert (found.answers, found.agreement) == (10, 0.8)
    assert (found.low, found.high) == pytest.approx((0.490, 0.943), abs=0.001)
    assert (found.confidence.production, found.confidence.candidate) == pytest.approx((0.76, 0.38))
    assert (found.milliseconds.production, found.milliseconds.candidate) == pytest.approx((2, 4))
    assert found.since.minute == found.since.second == 0


def test_the_pairs_that_differ_most_often_come_first_and_only_so_many(compared):
    many = [(f"{number:02}", "z", 0.5) for number in range(20)]
    found = compared(("a", "b", 0.5), ("a", "b", 0.5), ("b", "a", 0.5), ("c", "c", 0.5), *many)
    assert found.differences[:2] == (Difference("a", "b", 2, 2 / 24), Difference("00", "z", 1, 1 / 24))
    assert len(found.differences) == MOST_DIFFERENCES


def test_models_without_labels_do_not_agree_by_having_none(compared):
    found = compared(("", "", 0.0), ("", "", 0.0))
    assert (found.answers, found.agreement, found.low, found.differences) == (2, None, None, ())
    assert found.milliseconds.candidate == pytest.approx(4)
    assert compared(("a", "", 0.9)).agreement == 0.0
