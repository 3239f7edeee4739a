import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.errors import TemplateError
from sayso.generate.dice import Dice
from sayso.generate.grammar import Grammar
from sayso.generate.slots import Range, Words

GRAMMAR = Grammar(
    {"find": "(find|locate)", "loop": "a <loop>"},
    {"thing": Words(("bread", "cake[s]")), "number": Range(1, 10)},
)


def draws(template, times=200, grammar=GRAMMAR):
    return {grammar.draw(template, Dice(1, str(turn))) for turn in range(times)}


def test_alternatives_are_one_of_several():
    assert draws("(find|locate) it") == {"find it", "locate it"}


def test_an_optional_part_may_be_left_out():
    assert draws("find it[ please]") == {"find it", "find it please"}


def test_a_permutation_comes_in_any_order():
    assert draws("(turn on;the light)") == {"turn on the light", "the light turn on"}


def test_a_slot_takes_its_values_and_values_are_templates_too():
    assert draws("buy {thing}") == {"buy bread", "buy cake", "buy cakes"}


def test_a_range_gives_every_number_in_it():
    assert draws("{number} rolls", 500) == {f"{n} rolls" for n in range(1, 11)}


def test_an_inline_range_needs_no_list():
    assert draws("{0..20,10:share} percent") == {"0 percent", "10 percent", "20 percent"}


def test_a_rule_is_used_where_it_is_named():
    assert draws("<find> it") == {"find it", "locate it"}


def test_a_character_of_the_language_can_be_escaped():
    assert draws(r"grep \[x\] \(y\)") == {"grep [x] (y)"}


@pytest.mark.parametrize(
    ("template", "count"),
    [("a", 1), ("(a|b|c) d", 3), ("a [b] [c|d]", 6), ("(a;b;c)", 6), ("{thing} {number}", 30), ("<find> {thing}", 6), ("[(a|b)] c", 3)],
)
def test_texts_are_counted_without_making_them(template, count):
    assert GRAMMAR.count(template) == count


def test_numbers_that_nobody_could_enumerate_are_counted():
    assert GRAMMAR.count(" ".join(["{number}"] * 30)) == 10**30


def test_a_rule_that_is_not_there_is_answered_with_the_nearest_one():
    with pytest.raises(TemplateError, match=r"no rule <fnd>; did you mean .find."):
        GRAMMAR.count("<fnd> it")


def test_a_slot_without_a_list_is_answered_with_the_nearest_one():
    with pytest.raises(TemplateError, match=r"no list for the slot \{thng\}; did you mean 'thing'"):
        GRAMMAR.count("buy {thng}")


def test_a_rule_that_refers_to_itself_is_refused():
    with pytest.raises(TemplateError, match="'loop' refers to itself"):
        GRAMMAR.count("<loop>")


@pytest.mark.parametrize("template", ["(a|b", "a]", "{", "<x", "((((", "a)b"])
def test_brackets_that_do_not_match_are_refused(template):
    with pytest.raises(TemplateError, match=r"is not a template|no list|no rule"):
        GRAMMAR.count(template)


words = st.sampled_from(["a", "b", "c", "d", "e"])
trees = st.recursive(
    words,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda items: "(" + "|".join(items) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(" ".join),
        inner.map(lambda item: f"[{item}]"),
    ),
    max_leaves=6,
)


@given(template=trees)
@settings(max_examples=60)
def test_no_more_texts_are_drawn_than_were_counted(template):
    grammar = Grammar({}, {})
    assert len(draws(template, 150, grammar)) <= grammar.count(template)


@given(template=trees, name=st.text(max_size=5))
@settings(max_examples=60)
def test_what_is_drawn_is_what_hassil_recognizes(template, name):
    from hassil import Intents, recognize

    grammar = Grammar({}, {})
    text = grammar.draw(template, Dice(1, name))
    intents = Intents.from_dict({"language": "en", "intents": {"X": {"data": [{"sentences": [template]}]}}})
    assert not text or recognize(text, intents) is not None


@given(text=st.text(alphabet="ab|()[]{}<>;: \\", max_size=20))
@settings(max_examples=200)
def test_any_text_is_a_template_or_refused_but_never_crashes(text):
    with contextlib.suppress(TemplateError):
        Grammar({}, {}).draw(text, Dice(1))
