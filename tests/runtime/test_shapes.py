"""What in a request looks like a value of a command's arguments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.clischema import Argument, Binding, CommandSchema, Schema, scope_of
from sayso.runtime.shapes import Shapes, codes_in

ARGUMENTS = {
    "parcel": Argument("parcel", positional=True, required=True, pattern=r"PK\d{5}", context=Binding("desk.parcel")),
    "copies": Argument("copies", type="integer", range=(1, 50)),
    "weight": Argument("weight", type="number"),
    "state": Argument("state", type="enum", values=("lost", "book"), synonyms={"lost": ("gone missing",)}),
    "day": Argument("day", type="date"),
    "file": Argument("file", type="path"),
    "link": Argument("link", type="url"),
    "note": Argument("note"),
    "name": Argument("name", pattern=r"[a-z-]+"),
}


def shapes(*names):
    command = CommandSchema("book", "Book a parcel", args=tuple(ARGUMENTS[name] for name in names))
    return Shapes(scope_of(Schema("desk", commands=(command,)), ("book",)))


def found(text, *names):
    return [(mark.label, text[mark.start : mark.end]) for mark in shapes(*names).within(text)]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("two stickers for PK48213, please", "parcel", ["PK48213"]),
        ("take 12 of them (3 now)", "copies", ["12", "3"]),
        ("it weighs 1.2kg or 1,230.50, 7", "weight", ["1.2", "1,230.50", "7"]),
        ("everything that has gone missing", "state", ["gone missing"]),
        ("come on 2026-07-08.", "day", ["2026-07-08"]),
        ("attach ./coo.pdf or a/b and notes.md!", "file", ["./coo.pdf", "a/b", "notes.md"]),
        ("see https://a.example/x?y=1, thanks", "link", ["https://a.example/x?y=1"]),
        ("say \"not at home\" and 'call me'", "note", ["not at home", "call me"]),
        ("what about this one", "parcel", ["this"]),
    ],
)
def test_a_piece_with_the_shape_of_a_value_is_found(text, name, said):
    assert found(text, name) == [(name, one) for one in said]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("PK48213 and 2026-07-08", "copies"),
        ("take 99", "copies"),
        ("something new", "name"),
        ("version 1.2.3", "weight"),
        ("i book it", "state"),
        ("as soon as possible", "day"),
        ("1.5 of them", "file"),
        ("it's the baker's", "note"),
        ('say "take 12 of this"', "copies"),
        ('say "take 12 of this"', "parcel"),
    ],
)
def test_what_is_shaped_otherwise_or_names_the_command_is_not(text, name):
    assert found(text, name) == []


def test_one_piece_may_be_a_value_of_several_arguments():
    assert found("5", "copies", "weight") == [("copies", "5"), ("weight", "5")]


@given(st.text(max_size=60))
def test_any_text_is_read_and_what_is_found_lies_within_it(text):
    for mark in shapes(*ARGUMENTS).within(text):
        assert 0 <= mark.start < mark.end <= len(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("is PK48213 there, or LB-99127?", ["PK48213", "LB-99127"]),
        ("stop i-0ab1c2 of user42's", ["i-0ab1c2", "user42"]),
        ("for 30m or 12kg in 2024-Q1, x2 at 9:30", []),
        ("attach ~/scans/inv_881.pdf to v1.2.3", []),
        ("order 48213 of Ann-Marie", []),
    ],
)
def test_a_code_is_a_word_of_letters_and_digits_and_no_measure_path_or_version(text, codes):
    assert [text[start:end] for start, end in codes_in(text)] == codes
