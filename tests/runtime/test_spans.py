"""What a spans head says of tokens becomes the most likely marks that a text can have, and marks become classes of tokens."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays
from tokenizers import Tokenizer, models, pre_tokenizers

from sayso.runtime.decide import softmax
from sayso.runtime.spans import Mark, TokenScores, classes_of, least_outside, marks_in, outputs_of, places_of, spans_f1

LABELS = ("count", "name")
LOGITS = some.floats(-8, 8, width=32)
TOKENS = some.integers(1, 5).flatmap(lambda length: arrays(np.float64, (length, 5), elements=LOGITS))


def scores_of(logits):
    """Tokens of three characters with a space between."""
    return TokenScores(np.asarray(logits), [(4 * place, 4 * place + 3) for place in range(len(logits))])


def scores_for(classes, labels=LABELS, sure=9.0):
    logits = np.zeros((len(classes), outputs_of(len(labels))))
    logits[np.arange(len(classes)), classes] = sure
    return scores_of(logits)


def marks_of(scores, labels=LABELS, **how):
    return [mark for mark, _ in marks_in(scores, labels, **how)]


def allowed_paths(columns, length):
    """Every sequence of classes in which an inside follows its own beginning or inside."""
    for path in itertools.product(range(columns), repeat=length):
        before = (0, *path)
        if all(here == 0 or here % 2 == 1 or earlier in (here - 1, here) for earlier, here in itertools.pairwise(before)):
            yield path


@given(TOKENS, some.sampled_from([0.5, 1.0, 3.0]))
def test_the_marks_are_those_of_the_most_likely_path(logits, temperature):
    logs = np.log(np.clip(softmax(logits, temperature), 1e-12, 1))
    rows = np.arange(len(logits))
    best = max(logs[rows, path].sum() for path in allowed_paths(5, len(logits)))
    found = classes_of(marks_of(scores_of(logits), temperature=temperature), scores_of(logits).offsets, LABELS)
    assert tuple(found) in set(allowed_paths(5, len(logits)))
    assert logs[rows, found].sum() == pytest.approx(best, abs=1e-9)


@given(some.integers(0, 6).flatmap(lambda n: some.lists(some.integers(0, 4), min_size=n, max_size=n)))
def test_marks_become_classes_and_classes_the_same_marks(wished):
    classes = []
    for one in wished:
        begun = one and one % 2 == 0 and (classes[-1:] == [one] or classes[-1:] == [one - 1])
        classes.append(one if begun or one % 2 == 1 else one and one - 1)
    scores = scores_for(classes)
    assert classes_of(marks_of(scores), scores.offsets, LABELS) == classes


def test_two_marks_of_a_label_stay_two():
    assert marks_of(scores_for([1, 1, 2, 0, 3])) == [Mark("count", 0, 3), Mark("count", 4, 11), Mark("name", 16, 19)]


def test_an_inside_without_its_beginning_is_no_mark():
    logits = np.full((2, 5), -9.0)
    logits[0, 0], logits[1, 2] = 9.0, 1.0
    logits[1, 0] = 0.5
    assert marks_of(scores_of(logits)) == []


def test_tokens_that_stand_nowhere_are_never_marked():
    scores = TokenScores(scores_for([1, 3, 4, 1]).logits, [(0, 0), (0, 3), (4, 7), (0, 0)])
    assert marks_of(scores) == [Mark("name", 0, 7)]
    assert classes_of([Mark("name", 0, 7)], scores.offsets, LABELS) == [0, 3, 4, 0]


def test_a_text_without_tokens_has_no_marks():
    assert marks_in(TokenScores(np.ones((2, 5)), [(0, 0), (0, 0)]), LABELS) == []


def test_a_mark_is_as_sure_as_its_least_sure_token():
    logits = scores_for([3, 4]).logits
    logits[1, 4] = 2.0
    ((mark, confidence),) = marks_in(scores_of(logits), LABELS)
    assert mark == Mark("name", 0, 7)
    assert confidence == pytest.approx(softmax(logits)[1, 4])
    ((_, less_sure),) = marks_in(scores_of(logits), LABELS, 2.0)
    assert less_sure < confidence


def test_only_allowed_labels_are_marked_and_share_the_probability():
    logits = scores_for([1, 3]).logits
    assert marks_of(scores_of(logits), allowed=("name",)) == [Mark("name", 4, 7)]
    assert marks_of(scores_of(logits), allowed=()) == []
    logits[1] = [-9, 5, 5, 4, -9]
    ((mark, confidence),) = marks_in(scores_of(logits), LABELS, allowed=("name",))
    assert mark == Mark("name", 4, 7)
    assert confidence > 0.99


def test_a_mark_takes_every_token_that_it_touches():
    assert classes_of([Mark("name", 2, 5)], [(0, 3), (4, 7), (8, 11)], LABELS) == [3, 4, 0]
    assert classes_of([Mark("name", 50, 60)], [(0, 3), (4, 7)], LABELS) == [0, 0]


def test_the_white_space_before_a_word_is_not_marked():
    words = Tokenizer(models.WordLevel({"▁two": 0, "▁loaves": 1, "▁": 2, "?": 3}, unk_token="?"))
    words.pre_tokenizer = pre_tokenizers.Metaspace()
    text = "two loaves  two"
    offsets = words.encode(text).offsets
    assert (3, 10) in offsets, "SentencePiece counts the space to the word"
    assert [text[start:end] for start, end in places_of(text, offsets)] == ["two", "loaves", "", "two"]


@given(some.text(max_size=20), some.randoms(use_true_random=False))
def test_places_begin_and_end_with_something_to_see(text, chance):
    cuts = sorted(chance.sample(range(len(text) + 1), min(4, len(text) + 1)))
    offsets = list(itertools.pairwise(cuts))
    for (start, end), (first, last) in zip(offsets, places_of(text, offsets), strict=True):
        assert text[first:last] == text[start:end].strip()
        assert (first, last) == (0, 0) or start <= first < last <= end


def test_f1_counts_marks_that_are_right_to_the_character():
    true = [[Mark("name", 0, 3)], [Mark("count", 0, 1), Mark("name", 4, 7)], []]
    assert spans_f1(true, true) == 1
    assert spans_f1([[], [], []], [[], [], []]) == 1
    assert spans_f1([[Mark("name", 0, 2)], true[1], []], true) == pytest.approx(2 * 2 / 6)
    assert spans_f1([[], [], [Mark("name", 0, 1)]], true) == 0


def test_order_of_found_marks_does_not_count():
    marks = [Mark("name", place, place + 1) for place in range(0, 10, 2)]
    mixed = random.Random(1).sample(marks, len(marks))
    assert spans_f1([mixed], [marks]) == 1


def test_a_head_start_for_what_stays_keeps_a_mark_from_falling_apart_and_begins_none():
    logits = scores_for([3, 0, 0]).logits
    logits[1, 4] = 8.0
    assert marks_of(scores_of(logits)) == [Mark("name", 0, 3)]
    assert marks_of(scores_of(logits), staying=3.0) == [Mark("name", 0, 7)]
    assert marks_of(scores_for([0, 0, 0]), staying=3.0) == []


@pytest.mark.parametrize(("marks", "sure"), [([], 0.6), ([Mark("name", 4, 7)], 0.9)])
def test_how_sure_it_is_of_what_is_left_unmarked_is_that_of_its_least_sure_token(marks, sure):
    shares = np.array([[0.9, 0.1 / 4], [0.6, 0.4 / 4]])
    logits = np.log(np.repeat(shares, [1, 4], axis=1))
    assert least_outside(scores_of(logits), LABELS, marks) == pytest.approx(sure)
    assert least_outside(scores_of(logits), LABELS, [Mark("name", 0, 7)]) == 1.0
