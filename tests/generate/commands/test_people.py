"""Requests with answers, written by hand: where in the text the answer's values are."""

import json

import pytest

from sayso.clischema import from_spec
from sayso.clischema.heads import heads_of
from sayso.errors import DataError
from sayso.examples import Example, read_examples
from sayso.generate.commands.people import with_marks
from sayso.project import Head

STATES = {"name": "state", "type": "enum", "values": ["open", "sold"], "synonyms": {"open": ["unfinished"]}}
SCHEMA = from_spec(
    {
        "cli_name": "bake",
        "commands": [
            {
                "name": "order",
                "subcommands": [
                    {
                        "name": "list",
                        "args": [
                            STATES,
                            {"name": "limit", "type": "integer"},
                            {"name": "label", "repeatable": True},
                            {"name": "shop", "context": {"source": "shop.name"}},
                        ],
                    },
                    {
                        "name": "show",
                        "args": [{"name": "number", "type": "integer", "context": {"source": "order.current", "implicit": True}}],
                    },
                ],
            }
        ],
    }
)


def marked(text, args, context=None, subcommand="list"):
    answer = {"type": "command", "command": "order", "subcommand": subcommand, "args": args, "flags": []}
    row = with_marks(SCHEMA, Example(text, {"slots": ()}, context=context, output=answer))
    return None if "slots" not in row.labels else [(mark.label, text[mark.start : mark.end]) for mark in row.labels["slots"]]


@pytest.mark.parametrize(
    ("text", "args", "found"),
    [
        ("five open orders", {"limit": 5, "state": "open"}, [("limit", "five"), ("state", "open")]),
        ("what is unfinished", {"state": "open"}, [("state", "unfinished")]),
        ("orders labelled rye and spelt", {"label": ["rye", "spelt"]}, [("label", "rye"), ("label", "spelt")]),
        ("the open ones of Open Oven", {"shop": "Open Oven", "state": "open"}, [("state", "open"), ("shop", "Open Oven")]),
        ("all orders", {}, []),
    ],
)
def test_values_are_found_as_they_are_and_in_other_words(text, args, found):
    assert marked(text, args) == found


def test_a_value_from_the_context_is_where_the_text_points_at_it():
    assert marked("orders of this shop", {"shop": "Forno"}, {"shop": {"name": "Forno"}}) == [("shop", "this")]


def test_what_is_meant_without_being_said_has_no_mark():
    assert marked("show the order", {"number": 7}, {"order": {"current": 7}}, "show") == []


def test_where_a_value_is_not_found_nothing_is_said_of_the_slots():
    assert marked("a handful of orders", {"limit": 5}) is None


def test_a_question_is_left_as_it_is():
    row = Example("orders", {}, output={"type": "clarification", "kind": "ambiguous"})
    assert with_marks(SCHEMA, row) is row


@pytest.mark.parametrize("args", [{"limit": "many"}, {"state": "burnt"}, {"lable": "x"}])
def test_an_answer_that_the_schema_forbids_is_refused(args):
    with pytest.raises(DataError, match="the answer to 'x' is none that the schema allows"):
        marked("x", args)


def test_an_error_names_the_line_of_the_row(tmp_path):
    answers = [{"type": "command", "command": "order", "subcommand": "list", "args": {"limit": limit}} for limit in (5, "many")]
    rows = [{"instruction": "5 orders", "output": answer} for answer in answers]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    one, other = read_examples(tmp_path / "rows.jsonl", {name: Head.model_validate(head) for name, head in heads_of(SCHEMA).items()})
    with_marks(SCHEMA, one, tmp_path / "rows.jsonl")
    with pytest.raises(DataError, match=r"rows\.jsonl:2"):
        with_marks(SCHEMA, other, tmp_path / "rows.jsonl")
