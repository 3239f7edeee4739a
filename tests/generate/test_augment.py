import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.generate.augment import articles, contractions, politeness, punctuation, typo, vary, word_order
from sayso.generate.dice import Dice


def all_of(variation, text, language="en"):
    return {variation(text, language, Dice(1, str(turn))) for turn in range(300)}


def test_a_typo_changes_one_word_by_one_slip():
    for text in all_of(typo, "who calls login"):
        before, after = ["who", "calls", "login"], text.split()
        assert sum(one != other for one, other in zip(before, after, strict=True)) <= 1
        assert abs(len(text) - len("who calls login")) <= 1


def test_short_words_are_not_mistyped():
    assert all_of(typo, "go to it") == {"go to it"}


def test_a_contraction_goes_both_ways():
    assert "what's in it" in all_of(contractions, "what is in it")
    assert "what is in it" in all_of(contractions, "what's in it")


def test_where_something_is_can_be_said_first():
    assert all_of(word_order, "find parse in src/auth") == {"in src/auth find parse", "in src/auth, find parse"}


def test_articles_are_dropped():
    assert articles("show the callers of a function", "en", Dice(1)) == "show callers of function"
    assert articles("accendi la luce dell'ingresso", "it", Dice(1)) == "accendi luce dell'ingresso"


def test_politeness_keeps_the_text_whole():
    assert all("who calls login" in text for text in all_of(politeness, "who calls login"))


def test_only_the_ending_is_punctuated():
    assert all(text.rstrip("?.!") == "who calls login" for text in all_of(punctuation, "who calls login?"))


@pytest.mark.parametrize("language", ["en", "it", "zh", ""])
@given(text=st.text(max_size=40), name=st.text(max_size=4))
def test_a_variation_is_a_different_text_or_none_for_any_text(language, text, name):
    result = vary(text, language, Dice(1, name))
    assert result is None or (result[0] != text and result[0].strip())
