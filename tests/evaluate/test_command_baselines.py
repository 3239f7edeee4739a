"""What needs no model: a table, the nearest request, keywords."""

from sayso.clischema import from_spec
from sayso.evaluate.command_baselines import command_baselines
from sayso.examples import Example

NUMBER = {"name": "number", "type": "integer", "positional": True, "required": True}
SCHEMA = from_spec(
    {
        "cli_name": "bake",
        "commands": [
            {
                "name": "order",
                "aliases": ["orders"],
                "subcommands": [
                    {"name": "list", "description": "List orders", "flags": [{"name": "web"}]},
                    {"name": "cancel", "description": "Cancel an order", "args": [NUMBER]},
                ],
            }
        ],
    }
)  # fmt: skip
LIST = {"type": "command", "command": "order", "subcommand": "list", "args": {}, "flags": []}
CANCEL = {"type": "command", "command": "order", "subcommand": "cancel", "args": {"number": 5}, "flags": []}


def row(text, output):
    return Example(text, {}, output=output)


def figures(train, rows):
    return {one["name"]: one for one in command_baselines(SCHEMA, train, rows)}


def test_a_table_knows_what_it_has_seen_and_nothing_else():
    train = [row("show the orders", LIST)]
    found = figures(train, [row("Show the orders!", LIST), row("which orders are there", LIST)])["lookup table"]
    assert found["exact"] == 0.5


def test_the_nearest_request_answers_with_its_own_values():
    train = [row("cancel order 5", CANCEL), row("show the orders", LIST)]
    found = figures(train, [row("please cancel order 6", {**CANCEL, "args": {"number": 6}})])["nearest request"]
    assert (found["command_accuracy"], found["exact"], found["false_execute"]) == (1.0, 0.0, 1.0)


def test_keywords_find_commands_flags_and_numbers_by_their_names():
    rows = [
        row("order cancel 5", CANCEL),
        row("list orders web", {**LIST, "flags": ["web"]}),
        row("cancel an order", {"type": "clarification", "kind": "missing_argument"}),
    ]
    found = figures([], rows)["keywords"]
    assert (found["exact"], found["clarification_f1"]) == (1.0, 1.0)


def test_what_has_no_keyword_is_asked_back():
    assert figures([], [row("hello there", {"type": "clarification", "kind": "off_topic"})])["keywords"]["right"] == 1.0


def test_rows_without_an_answer_are_left_out():
    assert figures([Example("x", {})], [Example("y", {})])["lookup table"]["exact"] == 0.0
