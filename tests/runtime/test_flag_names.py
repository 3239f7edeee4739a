"""Which flags a request names in its own words."""

import pytest

from sayso.clischema import Argument, CommandSchema, Flag, Schema, scope_of
from sayso.runtime.flag_names import FlagNames
from sayso.runtime.spans import Mark

FLAGS = (
    Flag("force", "Take it without asking the customer"),
    Flag("draft", "Keep it to yourself for now"),
    Flag("no-receipt", "Print nothing"),
    Flag("generate-note", "Write the note for the baker"),
    Flag("order", "Put it first"),
)
COMMAND = CommandSchema("order", "Order bread", flags=FLAGS, args=(Argument("note"),))
NAMES = FlagNames(scope_of(Schema("bake", commands=(COMMAND,)), ("order",)))


def named(text, *values):
    marks = [Mark("note", text.index(value), text.index(value) + len(value)) for value in values]
    return {name: much for name, much in NAMES.said(text, marks).items() if much}


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("order two loaves, forced", {"force": 1.0}),
        ("a draft order of bread", {"draft": 1.0}),
        ("order bread, no receipt please", {"no-receipt": 1.0}),
        ("order rolls", {}),
        ("order rolls, don't ask customers", {"force": 0.5}),
        ("order rolls and print the receipt", {"no-receipt": 0.5}),
    ],
)
def test_a_flag_is_named_by_its_name_and_hinted_at_by_the_words_of_its_description(text, flags):
    assert named(text) == flags


@pytest.mark.parametrize("text", ["order rolls, no draft", "order without the drafts", "Don't force it: order rolls"])
def test_what_is_denied_is_not_named(text):
    assert named(text) == {}


def test_what_stands_in_a_value_names_no_flag():
    assert named("order bread with the note never force a draft", "never force a draft") == {}


def test_the_words_of_the_command_and_of_its_arguments_name_no_flag():
    assert named("order bread with the note fresh", "fresh") == {}
