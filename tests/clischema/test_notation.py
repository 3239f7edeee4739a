"""Answers in as few words as a language model needs: written, read back, and within a grammar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.clischema import Argument, CommandSchema, Schema, scope_of
from sayso.clischema.notation import read_notation, write_command, write_question
from sayso.clischema.notation_grammar import grammar_of
from sayso.errors import CommandError
from scripted import SCHEMA

LIST = ("order", "list")


def test_a_command_is_its_name_its_values_and_its_flags_in_the_schemas_order():
    assert write_command(SCHEMA, LIST, {"limit": "5", "state": "open"}, ["web"]) == "order list state=open limit=5 +web"


def test_text_that_is_no_plain_word_stands_in_quotes():
    assert write_command(SCHEMA, LIST, {"label": 'say "hi" \\ now'}) == 'order list label="say \\"hi\\" \\\\ now"'


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1).filter(str.strip),
    st.sets(st.sampled_from(["web"])),
)
def test_what_is_written_is_read_back(text, flags):
    said = " ".join(text.split())
    written = read_notation(SCHEMA, write_command(SCHEMA, LIST, {"label": said}, flags))
    assert written.path == LIST
    values = {piece.name: piece.said for piece in written.pieces if piece.said is not None}
    assert values == {"label": said} and {piece.name for piece in written.pieces if piece.said is None} == flags


def test_the_pieces_know_where_they_stand():
    text = "order list state=open +web"
    written = read_notation(SCHEMA, text)
    assert [text[piece.start : piece.end] for piece in written.pieces] == [" state=open", " +web"]
    assert text[: written.end_of_command] == "order list"


def test_a_question_is_its_kind():
    assert write_question("off_topic") == "? off_topic"
    assert read_notation(SCHEMA, "? off_topic").kind == "off_topic"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "? command",
        "? tea",
        "orders list",
        "order list limit",
        "order list oven=3",
        "order list +fast",
        'order list label="open',
        "order listing",
    ],
)
def test_what_is_no_answer_is_refused(text):
    with pytest.raises(CommandError):
        read_notation(SCHEMA, text)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        written = read_notation(SCHEMA, text)
    except CommandError as refusal:
        assert str(refusal)
    else:
        assert written.kind is not None or written.path


def test_the_grammar_has_every_command_argument_and_flag_and_no_free_text_where_the_schema_has_none():
    grammar = grammar_of(SCHEMA)
    for path, _ in SCHEMA.distinct_commands():
        scope = scope_of(SCHEMA, path)
        rule = next(line for line in grammar.splitlines() if f'::= "{" ".join(path)}"' in line)
        assert all(f'" {name}="' in rule for name in scope.arguments) and all(f'" +{name}"?' in rule for name in scope.flags)
    assert 'state=" ("^" | "open"' in grammar


def test_a_whole_number_has_no_more_digits_than_its_range_and_no_sign_below_zero():
    schema = Schema("x", commands=(CommandSchema("a", args=(Argument("n", type="integer", range=(1, 99)),)),))
    assert "[0-9]{1,2}" in grammar_of(schema) and '"-"?' not in grammar_of(schema)
