import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.examples import Example, group_of, split_by_group
from sayso.project import SPLITS, Splits

SHARES = Splits()


def rows(groups=30, per_group=5, labels=("a", "b", "c")):
    return [
        Example(f"{label} {group} {number}", {"intent": label}, group=f"{label}{group}")
        for label in labels
        for group in range(groups)
        for number in range(per_group)
    ]


def groups_in(splits):
    return {name: {group_of(row) for row in found} for name, found in splits.items()}


def test_every_row_is_in_one_split():
    splits = split_by_group(rows(), SHARES, 1, "intent")
    assert sorted(row.text for found in splits.values() for row in found) == sorted(row.text for row in rows())


def test_shares_are_close_to_what_was_asked_for_every_label():
    splits = split_by_group(rows(groups=60), SHARES, 1, "intent")
    for label in "abc":
        for name, share in SHARES.model_dump(exclude={"by"}).items():
            found = sum(row.labels["intent"] == label for row in splits[name]) / 300
            assert abs(found - share) < 0.04, (label, name)


def test_the_order_of_rows_does_not_matter():
    mixed = rows()
    random.Random(3).shuffle(mixed)
    assert groups_in(split_by_group(mixed, SHARES, 1, "intent")) == groups_in(split_by_group(rows(), SHARES, 1, "intent"))


def test_another_seed_splits_otherwise():
    assert groups_in(split_by_group(rows(), SHARES, 1, "intent")) != groups_in(split_by_group(rows(), SHARES, 2, "intent"))


def test_rows_without_a_group_are_grouped_by_what_they_say():
    same = [Example(text, {"intent": "a"}) for text in ("Hello!", "hello", "HELLO?")] + rows(groups=10)
    splits = split_by_group(same, SHARES, 1, "intent")
    assert len([name for name, found in splits.items() if any("hello" in row.text.lower() for row in found)]) == 1


def test_a_project_without_choices_is_split_too():
    plain = [Example(f"text {n}", {"score": n / 100}, group=str(n)) for n in range(100)]
    assert {name: len(found) for name, found in split_by_group(plain, SHARES, 1, None).items()} == {
        "train": 70,
        "val": 10,
        "calib": 10,
        "test": 10,
    }


@pytest.mark.parametrize("groups", [1, 2, 3])
def test_fewer_groups_than_splits_go_where_they_are_needed_most(groups):
    assert split_by_group(rows(groups=groups, labels=("a",)), SHARES, 1, "intent")["train"]


@given(sizes=st.lists(st.integers(1, 30), min_size=4, max_size=25), seed=st.integers(0, 99))
@settings(max_examples=60)
def test_no_group_spans_two_splits_and_four_groups_reach_every_split(sizes, seed):
    uneven = [Example(f"{g} {n}", {"intent": "a"}, group=str(g)) for g, size in enumerate(sizes) for n in range(size)]
    found = groups_in(split_by_group(uneven, SHARES, seed, "intent"))
    assert all(not found[one] & found[other] for one in SPLITS for other in SPLITS if one < other)
    assert all(found[name] for name in SPLITS)
