"""A session never loses a word, and takes back whatever it is asked to."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.artifacts import digest_of
from sayso.errors import DataError, UsageError
from sayso.labeling.items import Item
from sayso.labeling.labels import HeadLabels, LabelSets, UnknownLabel
from sayso.labeling.session import Session

SETS = LabelSets(
    {
        "intent": HeadLabels("choice", ("buy", "hours", "other")),
        "topics": HeadLabels("tags", ("bread", "cake")),
        "urgency": HeadLabels("score", ()),
    },
    "intent",
)


def item(text, known=None, scores=None, seen=1, **other):
    return Item(digest_of(text)[:24], text, known or {}, {"intent": scores} if scores else {}, seen, other)


ITEMS = [item("bread", id="7", group="g"), item("open?"), item("hi", seen=3)]


@pytest.fixture
def start(tmp_path):
    def start(items=ITEMS, heads=("intent",), journal=tmp_path / "j.jsonl"):
        return Session(items, SETS, heads, journal, "anna")

    return start


def told(session):
    return [{key: value for key, value in row.items() if key != "labelled_at"} for row in session.labelled()]


def test_texts_come_one_by_one_in_the_order_of_the_file(start):
    session = start()
    for label in ("buy", "hours", "other"):
        session.label(label)
    assert session.current is None and session.head is None and session.done == 3
    assert told(session) == [
        {"text": "bread", "source": "label", "id": "7", "group": "g", "labelled_by": "anna", "intent": "buy"},
        {"text": "open?", "source": "label", "labelled_by": "anna", "intent": "hours"},
        {"text": "hi", "source": "label", "labelled_by": "anna", "seen": 3, "intent": "other"},
    ]


def test_what_the_model_is_least_sure_of_comes_first(start):
    sure, unsure = {"buy": 0.98, "hours": 0.01, "other": 0.01}, {"buy": 0.35, "hours": 0.33, "other": 0.32}
    session = start([item("bread", scores=sure), item("is it?", scores=unsure)])
    assert session.current.text == "is it?"
    session.label("hours")
    assert told(session)[0] | {"predicted": "buy", "confidence": 0.35} == told(session)[0]


def test_each_head_is_asked_in_turn(start):
    session = start(heads=("intent", "topics", "urgency"))
    for head, value in (("intent", "buy"), ("topics", ["cake", "bread"]), ("urgency", 1)):
        assert (session.current.text, session.head, session.done) == ("bread", head, 0)
        session.label(value)
    assert (session.current.text, session.head, session.done) == ("open?", "intent", 1)
    assert told(session)[0] | {"topics": ["bread", "cake"], "urgency": 1.0} == told(session)[0]


def test_a_half_labelled_text_goes_on_where_it_was(start):
    session = start(heads=("intent", "topics"))
    session.label("buy")
    again = start(heads=("intent", "topics"))
    assert (again.current.text, again.head) == ("bread", "topics")


def test_what_the_file_knows_is_not_asked_again_and_goes_into_the_result(start):
    items = [item("bread", {"intent": "buy"}), item("cake", {"intent": "buy", "topics": ["cake"]})]
    session = start(items, ("intent", "topics"))
    assert (session.head, session.done) == ("topics", 1)
    session.label([])
    assert told(session) == [{"text": "bread", "source": "label", "labelled_by": "anna", "intent": "buy", "topics": []}]


def test_a_skipped_text_comes_last_in_the_next_session_too(start):
    session = start()
    session.skip()
    assert [session.current.text, start().current.text] == ["open?", "open?"]
    session = start()
    session.label("hours")
    session.label("other")
    assert session.current.text == "bread"
    session.skip()
    assert session.current.text == "bread"


def test_labels_and_skips_are_taken_back_one_by_one_across_sessions(start):
    session = start()
    session.label("buy")
    session.skip()
    session.label("other")
    session = start()
    assert session.undo().value == "other" and session.current.text == "hi"
    assert session.undo().verdict == "skip" and session.current.text == "open?"
    session = start()
    assert session.undo().value == "buy" and session.current.text == "bread"
    assert session.undo() is None and start().undo() is None
    assert told(start()) == []


def test_only_what_is_asked_about_is_taken_back(start):
    session = start(heads=("intent",))
    session.label("buy")
    topics = start(heads=("topics",))
    topics.label(["bread"])
    assert start(heads=("intent",)).undo().value == "buy"
    assert told(start())[0]["topics"] == ["bread"]
    assert "intent" not in told(start())[0]


def test_notes_are_kept_with_the_text(start):
    session = start()
    session.note(" or a price? ")
    session.note("surely a price")
    session.label("buy")
    assert told(start())[0]["notes"] == "surely a price"


def test_a_label_that_the_project_lacks_is_refused_with_the_nearest(start, tmp_path):
    with pytest.raises(UnknownLabel, match="'hour' is not a label of 'intent'; did you mean 'hours'"):
        start().label("hour")
    with pytest.raises(UsageError, match="there is no head 'intnet'; did you mean 'intent'"):
        start(heads=("intnet",))
    assert not (tmp_path / "j.jsonl").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"row": "a", "verdict": "label", "head": "intent", "value": "bye"}, r"j\.jsonl:2: 'bye' .* did you mean 'buy'"),
        ({"row": "a", "verdict": "label", "head": "gone", "value": "bye"}, r"j\.jsonl:2: there is no head 'gone'"),
        ({"row": "a", "verdict": "lable"}, r"j\.jsonl:2: there is no verdict 'lable'; did you mean 'label'"),
        ({"row": "a", "verdict": "skip", "why": "?"}, r"j\.jsonl:2: this is not a decision"),
        ([1], r"j\.jsonl:2: this is not a decision"),
    ],
)  # fmt: skip
def test_a_decision_that_the_project_cannot_use_is_told_with_its_line(start, tmp_path, line, message):
    (tmp_path / "j.jsonl").write_text(json.dumps({"row": "z", "verdict": "skip"}) + "\n" + json.dumps(line) + "\n")
    with pytest.raises(DataError, match=message):
        start()


@given(st.lists(st.sampled_from(["buy", "hours", "skip", "undo", "note", "again"]), max_size=25))
@settings(max_examples=60)
def test_whatever_is_done_the_next_session_knows_all_of_it(tmp_path_factory, actions):
    journal = tmp_path_factory.mktemp("session") / "j.jsonl"
    session = Session(ITEMS, SETS, ("intent",), journal)
    for action in actions:
        if action == "again":
            session = Session(ITEMS, SETS, ("intent",), journal)
        elif action == "note":
            session.note("?")
        elif action in ("skip", "undo"):
            getattr(session, action)()
        else:
            session.label(action)
    again = Session(ITEMS, SETS, ("intent",), journal)
    assert told(again) == told(session)
    assert [decision.row for decision in again.history] == [decision.row for decision in session.history]
    assert sorted(again.waiting) == sorted(session.waiting)
    assert session.done + len(session.waiting) == 3


def test_labels_are_counted_those_that_nobody_gave_too(start):
    session = start(heads=("intent", "topics", "urgency"))
    for value in ("buy", ["bread", "cake"], 0.5, "buy", ["cake"], 0.1):
        session.label(value)
    assert session.counts() == {"intent": {"buy": 2, "hours": 0, "other": 0}, "topics": {"bread": 1, "cake": 2}}


def test_a_head_may_be_called_like_what_is_said_of_a_row(tmp_path):
    sets = LabelSets({"seen": HeadLabels("choice", ("yes", "no"))}, "seen")
    session = Session([item("a", seen=4)], sets, ["seen"], tmp_path / "j.jsonl")
    session.label("no")
    assert told(session) == [{"text": "a", "source": "label", "seen": "no"}]
