import json

import pytest

from sayso.labeling.files import read_labelled
from sayso.labeling.items import Item
from sayso.labeling.labels import HeadLabels, LabelSets
from sayso.labeling.report import beside, report
from sayso.labeling.session import Session

SETS = LabelSets(
    {
        "intent": HeadLabels("choice", ("buy", "hours", "other")),
        "topics": HeadLabels("tags", ("bread", "cake")),
        "urgency": HeadLabels("score", ()),
    },
    "intent",
)
HALF = {"buy": 0.5, "hours": 0.3, "other": 0.2}


@pytest.fixture
def session(tmp_path):
    items = [Item(text, text, {}, {} if text == "d" else {"intent": HALF}, 1, {}) for text in "abcd"]
    session = Session(items, SETS, ("intent", "topics", "urgency"), tmp_path / "j.jsonl")
    answers = {"a": ["buy", ["cake"], 0.5], "b": ["hours", [], 0.1], "c": ["hours"], "d": []}
    while any(answers.values()):
        values = answers[session.current.text]
        for value in values:
            session.label(value)
        if len(values) < 3:
            session.skip()
        values.clear()
    return session


def test_the_report_tells_what_was_done_and_how_often_the_model_had_said_the_same(session):
    assert report(session) == {
        "texts": 4, "labelled": 2, "partly": 1, "waiting": 2,
        "labels": {"intent": {"hours": 2, "buy": 1, "other": 0}, "topics": {"cake": 1, "bread": 0}},
        "model": {"intent": {"texts": 3, "same": 1, "share": pytest.approx(1 / 3)}},
    }  # fmt: skip


def test_another_persons_labels_are_compared_head_by_head(session, tmp_path):
    rows = [
        {"text": "a", "intent": "buy", "topics": ["cake"], "urgency": 0.7},
        {"text": "b", "intent": "other", "topics": []},
        {"text": "elsewhere", "intent": "other"},
    ]
    (tmp_path / "other.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = beside(session, read_labelled(tmp_path / "other.jsonl", SETS))
    assert (told["heads"]["intent"]["texts"], told["heads"]["intent"]["agreed"]) == (2, 1)
    assert told["heads"]["intent"]["labels"]["buy"]["share"] == 1.0
    assert told["heads"]["topics"]["agreed"] == 2
    assert told["heads"]["urgency"] == {"texts": 1, "mean_distance": pytest.approx(0.2)}
    assert told["differences"] == [
        {"text": "b", "head": "intent", "here": "hours", "there": "other"},
        {"text": "a", "head": "urgency", "here": 0.5, "there": 0.7},
    ]


def test_numbers_that_are_nearly_the_same_are_no_difference(session, tmp_path):
    (tmp_path / "other.jsonl").write_text('{"text": "a", "urgency": 0.55}\n')
    assert beside(session, read_labelled(tmp_path / "other.jsonl", SETS))["differences"] == []


def test_nothing_in_common_is_nothing_to_tell(session):
    assert beside(session, []) == {
        "heads": {
            "intent": {"texts": 0, "agreed": 0, "share": None, "kappa": None, "labels": {}},
            "topics": {"texts": 0, "agreed": 0, "share": None, "kappa": None, "labels": {}},
            "urgency": {"texts": 0, "mean_distance": None},
        },
        "differences": [],
    }
