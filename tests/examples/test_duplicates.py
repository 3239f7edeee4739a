import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from sayso.examples import near_duplicates, normal_form


@pytest.mark.parametrize(
    ("one", "other"),
    [("Who calls login?", "who calls  login"), ("ＦＵＬＬ width", "full width"), ("Straße!", "STRASSE"), (" a\tb\n", "A b")],
)
def test_case_spaces_width_and_punctuation_make_no_difference(one, other):
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(("one", "other"), [("a_b", "ab"), ("???", "!!!"), ("parse_config", "parse_file")])
def test_different_texts_stay_different(one, other):
    assert normal_form(one) != normal_form(other)


@given(text=st.text(max_size=50))
def test_a_normal_form_is_its_own_normal_form(text):
    assert normal_form(normal_form(text)) == normal_form(text)


def test_a_name_in_another_style_is_nearly_the_same_and_another_name_is_not():
    texts = ["who calls parse_config", "who calls parseConfig?", "who calls parse_file", "who calls render_page"]
    assert {(i, j) for i, j, _ in near_duplicates(texts, None, 0.95)} == {(0, 1)}


words = st.lists(st.sampled_from(["who", "calls", "login", "logins", "parse", "x", ""]), max_size=5).map(" ".join)


@given(texts=st.lists(words, max_size=12), others=st.lists(words, max_size=12), similarity=st.sampled_from([0.7, 0.9, 1.0]))
@settings(max_examples=80)
def test_pairs_are_those_that_comparing_all_with_all_finds(texts, others, similarity):
    def form(text):
        return normal_form(text).replace("_", "").replace(" ", "")

    expected = {
        (i, j) for i, a in enumerate(texts) for j, b in enumerate(others) if Indel.normalized_similarity(form(a), form(b)) >= similarity
    }
    assert {(i, j) for i, j, _ in near_duplicates(texts, others, similarity)} == expected
