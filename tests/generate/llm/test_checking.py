"""Only rows that a model of the tool can be trained on are kept; a row that is not says why."""

import pytest

from generate.llm.endpoint import bakery, cancel, listing, request
from sayso.generate.commands.fill import Refused
from sayso.generate.llm.checking import CommandRows, LabelRows
from sayso.project import Project

HERE = {"order": {"current": 7}}


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    project = bakery(tmp_path_factory.mktemp("bake"))
    return CommandRows(project.tool, project.heads)


def asking(kind, **more):
    return {"type": "clarification", "kind": kind, **more}


MISSING = asking("missing_argument", argument="number", command="order", subcommand="cancel")


@pytest.mark.parametrize(
    "row",
    [
        request("five open orders", listing(limit=5, state="open")),
        request("orders labelled rye and spelt", listing(label=["rye", "spelt"])),
        request("cancel order #42, it was too late", cancel(42, reason="late")),
        request("cancel this one", cancel(7), HERE),
        request("orders in the browser", listing(flags=["web"]), HERE),
        request("cancel an order", MISSING),
        request("cancel this one", MISSING),
        request("cancel an order", MISSING, HERE),
        request("orders", asking("ambiguous")),
        request("what is the weather", asking("off_topic")),
        request("five open orders", '{"type": "command", "command": "order", "subcommand": "list", "args": {"limit": 5, "state": "open"}}'),
    ],
    ids=lambda row: row["instruction"],
)
def test_a_row_that_says_what_its_answer_has_is_kept(rows, row):
    kept = rows.check(row)
    assert kept.row["instruction"] == row["instruction"]
    assert kept.row["context"] == row["context"]
    assert kept.row["output"]["type"] == kept.example.output["type"]


def test_an_answer_is_kept_in_the_schemas_order_without_what_is_null(rows):
    output = {"flags": ["quiet", "web"], "args": {"limit": 5, "shop": None, "state": "open"}, "kind": None, "confidence": 0.9}
    kept = rows.check(request("5 open ones", listing() | output))
    assert list(kept.row) == ["instruction", "context", "output"]
    assert kept.row["output"] == {**listing(state="open", limit=5), "flags": ["web", "quiet"]}
    assert list(kept.row["output"]["args"]) == ["state", "limit"]


def test_a_question_back_is_kept_with_what_counts_of_it(rows):
    told = {"message": "Which one?", "suggestions": [], "command": "order"}
    assert rows.check(request("orders", asking("ambiguous", **told))).row["output"] == asking("ambiguous")
    assert rows.check(request("cancel an order", MISSING | {"message": "Which?"})).row["output"] == MISSING


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (request("", listing()), "form"),
        (request(None, listing()), "form"),
        (request("half \ud800", listing()), "form"),
        (request("orders", None), "form"),
        (request("orders", "list"), "form"),
        (request("orders", {"type": "joke"}), "form"),
        (request("orders", asking("joke")), "form"),
        (request("orders", listing(), ["here"]), "form"),
        (request("orders", "[" * 100_000), "form"),
        ({}, "form"),
        (request("bake bread", listing() | {"subcommand": "bake"}), "schema"),
        (request("burnt orders", listing(state="burnt")), "schema"),
        (request("500 orders", listing(limit=500)), "schema"),
        (request("5 orders", listing(limit="5")), "schema"),
        (request("cancel an order", cancel(1) | {"args": {}}), "schema"),
        (request("orders on paper", listing(flags=["paper"])), "schema"),
        (request("orders", listing() | {"arguments": {"limit": 5}}), "schema"),
        (request("refund and do not refund 5", cancel(5) | {"flags": ["refund", "no-refund"]}), "schema"),
        (request("cancel the drop", MISSING | {"subcommand": "drop"}), "schema"),
        (request("cancel an order", MISSING | {"argument": "color"}), "schema"),
        (request("some open orders", listing(limit=5, state="open")), "not said"),
        (request("cancel order 41", cancel(42)), "not said"),
        (request("cancel my order", cancel(7), HERE), "not said"),
        (request("cancel this one", cancel(8), HERE), "context"),
        (request("cancel this one", cancel(7)), "not said"),
        (request("cancel this one", MISSING, HERE), "context"),
        (request("cancel order 42", MISSING), "context"),
        (request("cancel order 42", MISSING | {"argument": "reason"}), "context"),
    ],
    ids=str,
)
def test_a_row_that_does_not_hold_is_rejected_with_the_reason(rows, row, reason):
    with pytest.raises(Refused) as refused:
        rows.check(row)
    assert refused.value.reason.partition(":")[0] == reason


def test_a_command_that_is_read_back_from_its_argv_as_another_is_rejected(rows, monkeypatch):
    monkeypatch.setattr("sayso.generate.llm.checking.to_argv", lambda schema, command: ["bake", "stash", "pop"])
    with pytest.raises(Refused, match="round trip"):
        rows.check(request("five orders", listing(limit=5)))


SHOP = """\
name: shop
heads:
  intent: {type: choice, labels: {hours: {aliases: [times]}, buy: }}
  things: {type: tags, labels: [bread, cake]}
  score: {type: score}
"""


@pytest.fixture(scope="module")
def labels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hours")
    (folder / "sayso.yaml").write_text(SHOP)
    return LabelRows(Project.load(folder))


def test_a_text_is_kept_with_its_label_as_the_project_calls_it(labels):
    assert labels.check({"text": "till  when\nare you open", "intent": "times", "why": "…"}).row == {
        "text": "till when are you open",
        "intent": "hours",
    }
    assert labels.check({"text": "two loaves", "things": "bread"}).row == {"text": "two loaves", "things": ["bread"]}


@pytest.mark.parametrize("given", [{"intent": "joke"}, {}, {"things": ["bread", "x"]}, {"score": 1}, {"intent": ["hours"]}], ids=str)
def test_a_text_without_a_known_label_is_rejected(labels, given):
    with pytest.raises(Refused, match="label"):
        labels.check({"text": "a", **given})
