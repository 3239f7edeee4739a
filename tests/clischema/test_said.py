"""What people say for a value, and the value that it stands for."""

import pytest

from sayso.clischema import Argument, Binding
from sayso.clischema.said import meant, number_in, refers

NUMBER = Argument("number", type="integer")
WORDS = {"open": ("unresolved",), "in_progress": ("running",)}
STATE = Argument("state", type="enum", values=("open", "in_progress", "not planned"), synonyms=WORDS)
AUTHOR = Argument("author", values=("@me",), synonyms={"@me": ("me", "my")}, pattern=r"@me|[^@\s]\S*")


@pytest.mark.parametrize(
    ("said", "number"),
    [
        *(("42", 42), ("#42", 42), ("no. 42", 42), ("number 42", 42), ("1,200", 1200), ("3rd", 3)),
        *(("fifty-two", 52), ("twelve", 12), ("two hundred and three", 203)),
    ],
)
def test_a_number_is_read_in_digits_and_in_words(said, number):
    assert meant(NUMBER, said) == number


@pytest.mark.parametrize(("said", "number"), [("1.2kg", 1.2), ("22 kg", 22), ("85 euros", 85), ("$1,300", 1300), ("40%", 40), ("3.5", 3.5)])
def test_a_unit_is_no_part_of_a_number(said, number):
    assert meant(Argument("weight", type="number"), said) == number


@pytest.mark.parametrize("said", ["", "many", "4x", "#", "9" * 40, "１２x", "and"])
def test_what_is_no_number_is_none(said):
    assert meant(NUMBER, said) is None
    assert number_in(said) is None


@pytest.mark.parametrize(
    ("said", "value"),
    [
        *(("open", "open"), ("Open", "open"), ("unresolved", "open")),
        *(("running", "in_progress"), ("in progress", "in_progress"), ("not-planned", "not planned")),
    ],
)
def test_an_enum_s_value_is_told_by_its_letters_and_its_synonyms(said, value):
    assert meant(STATE, said) == value


def test_an_enum_s_value_may_end_otherwise():
    assert meant(Argument("status", type="enum", values=("failure", "success", "cancelled")), "failing") == "failure"
    assert meant(Argument("status", type="enum", values=("failure", "success", "cancelled")), "canceled") == "cancelled"
    assert meant(STATE, "purple") is None


@pytest.mark.parametrize(("said", "value"), [("me", "@me"), ("my", "@me"), ("@alice", "alice"), ("alice", "alice"), ("alice,", "alice,")])
def test_a_text_s_synonyms_and_pattern_count(said, value):
    assert meant(AUTHOR, said) == value


@pytest.mark.parametrize("said", ['"fix it"', "'fix it'", "“fix it”", "`fix it`", " fix it "])
def test_quotes_around_a_text_are_no_part_of_it(said):
    assert meant(Argument("title"), said) == "fix it"


def test_a_text_keeps_its_letters_and_the_signs_within_it():
    assert meant(Argument("title"), "Don't panic: it's 5") == "Don't panic: it's 5"


def test_several_values_are_a_list():
    assert meant(Argument("label", repeatable=True), "bug, urgent and p0") == ("bug", "urgent", "p0")


BOUND = Argument("number", type="integer", context=Binding("git.current_pr", words=("mine",)))


@pytest.mark.parametrize("said", ["mine", "this", "this one", "the current pr", "It", "my current one"])
def test_a_word_points_at_the_context_when_the_binding_knows_it_or_everybody_does(said):
    assert refers(BOUND, said)


@pytest.mark.parametrize("said", ["bit", "", "the pr", "ship it on retry", "is this the one", "this is much longer than a word"])
def test_a_text_with_such_a_word_in_it_points_at_nothing(said):
    assert not refers(BOUND, said)


@pytest.mark.parametrize("said", ["mine", "this is broken", "this one"])
def test_what_no_context_has_is_pointed_at_by_the_plain_word_alone(said):
    assert refers(Argument("title"), "this")
    assert not refers(Argument("title"), said)
