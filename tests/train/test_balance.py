"""Rare labels count as much as frequent ones, but a handful of rows never stands for a whole label."""

from collections import Counter

import pytest

from sayso.examples import Example
from sayso.train.balance import MOST, balanced


@pytest.fixture
def rows():
    return [
        Example(f"{label} {n}", {"intent": label}) for label, count in (("often", 80), ("seldom", 20), ("once", 1)) for n in range(count)
    ]


def weight_of(rows, label):
    return sum(row.weight for row in rows if row.labels["intent"] == label)


def test_unasked_the_rows_stay_as_they_are(rows):
    assert balanced(rows, "intent", "none") == rows


def test_by_weight_labels_count_alike_and_no_row_is_added(rows):
    found = balanced(rows, "intent", "weights")
    assert [row.text for row in found] == [row.text for row in rows]
    assert weight_of(found, "often") == pytest.approx(weight_of(found, "seldom"))
    assert weight_of(found, "once") == MOST


def test_by_sampling_rare_rows_are_seen_again(rows):
    counts = Counter(row.labels["intent"] for row in balanced(rows, "intent", "sampling"))
    assert counts == {"often": 80, "seldom": 80, "once": MOST}


def test_rows_without_the_label_are_kept(rows):
    other = Example("x", {"score": 0.5})
    assert balanced([*rows, other], "intent", "weights")[-1].weight == 1
    assert balanced([*rows, other], "intent", "sampling").count(other) == 1
    assert balanced([other], None, "weights") == [other]
