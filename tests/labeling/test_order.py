import random
import time

from hypothesis import given
from hypothesis import strategies as st

from sayso.labeling.order import Candidate, best_first, uncertainty


def test_a_model_that_cannot_tell_two_labels_apart_is_as_unsure_as_one_that_knows_nothing():
    assert uncertainty({"a": 0.5, "b": 0.5}) == uncertainty({}) == uncertainty({"a": 0.9}) == 1.0
    assert uncertainty({"a": 1.0, "b": 0.0}) == 0.0
    assert uncertainty({"a": 0.6, "b": 0.4}) > uncertainty({"a": 0.7, "b": 0.2, "c": 0.1})


def test_what_the_model_is_unsure_of_comes_before_what_it_knows():
    sure = [Candidate(f"who calls method {n}", {"a": 0.99, "b": 0.01}) for n in range(20)]
    unsure = [Candidate(f"where is class {n}", {"a": 0.5, "b": 0.5}) for n in range(5)]
    order = best_first([*sure, *unsure], [])
    assert set(order[:5]) == set(range(20, 25))


def test_what_is_like_a_text_that_is_labelled_already_comes_later():
    waiting = [Candidate("who calls the login method", {"a": 0.5, "b": 0.5}), Candidate("draw a picture of it", {"a": 0.5, "b": 0.5})]
    assert best_first(waiting, ["who calls the login function"])[0] == 1
    assert best_first(waiting, ["draw a picture of that"])[0] == 0


def test_texts_that_are_nearly_the_same_are_not_asked_for_one_after_the_other():
    doubt = {"a": 0.5, "b": 0.5}
    waiting = [Candidate(f"who calls the login method {n}", doubt) for n in range(6)] + [Candidate("is the index fresh today", doubt)]
    assert 6 in best_first(waiting, [])[:2]


def test_not_all_of_the_first_are_of_one_label():
    waiting = [Candidate(f"alpha {n}", {"a": 0.52, "b": 0.48}) for n in range(40)]
    waiting += [Candidate(f"beta {n}", {"b": 0.53, "a": 0.47}) for n in range(40)]
    first = best_first(waiting, [])[:10]
    assert 2 <= sum(place < 40 for place in first) <= 8


def test_of_two_that_are_alike_otherwise_the_one_that_comes_more_often_is_first():
    waiting = [Candidate("red apples", {"a": 0.5, "b": 0.5}, 1), Candidate("old houses", {"a": 0.5, "b": 0.5}, 50)]
    assert best_first(waiting, []) == [1, 0]


def test_twenty_thousand_texts_are_in_order_within_seconds_each_once():
    dice = random.Random(1)
    words = [f"word{n}" for n in range(500)]
    waiting = [
        Candidate(" ".join(dice.choices(words, k=9)), {"a": dice.random(), "b": dice.random()}, dice.randint(1, 9)) for _ in range(20_000)
    ]
    started = time.perf_counter()
    order = best_first(waiting, [one.text for one in waiting[:1000]])
    assert time.perf_counter() - started < 10
    assert sorted(order) == list(range(20_000))


@given(
    st.lists(
        st.builds(Candidate, st.text(max_size=30), st.dictionaries(st.text(max_size=3), st.floats(0, 1), max_size=4), st.integers(1, 99))
    )
)
def test_whatever_waits_is_ordered_each_once_and_always_in_the_same_way(waiting):
    order = best_first(waiting, ["something"])
    assert sorted(order) == list(range(len(waiting)))
    assert best_first(waiting, ["something"]) == order
