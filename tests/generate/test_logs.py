"""Production logs: what is left out, who wins where rows disagree, and that nobody is in two splits."""

import json

import pytest

from sayso.errors import DataError
from sayso.examples import Example, split_by_group
from sayso.generate import generate
from sayso.generate.logs import is_negative, read_logs
from sayso.project import Head, Project, Splits

HEADS = {"intent": Head(type="choice", labels=["play", "call", "other"])}


@pytest.fixture
def log(tmp_path):
    """Writes rows, and reads them as a log."""

    def read(*rows, similarity=0.95):
        path = tmp_path / "log.jsonl"
        path.write_text("".join(json.dumps({"intent": "play", "user_id": "u1"} | row) + "\n" for row in rows), encoding="utf-8")
        return read_logs(path, HEADS, similarity)

    return read


def groups_in(path):
    return {json.loads(line)["group"] for line in path.read_text(encoding="utf-8").splitlines()}


def test_rows_that_failed_or_were_complained_of_are_left_out(log):
    rows, counts = log(
        {"raw_input": "play some jazz"},
        {"raw_input": "call mum", "intent": "call", "execution_success": False},
        {"raw_input": "ring dad", "intent": "call", "execution_success": "false"},
        {"raw_input": "what now", "user_feedback": "thumbs_down"},
        {"raw_input": "nice song please", "user_feedback": "positive", "execution_success": True},
    )
    assert [row.text for row in rows] == ["play some jazz", "nice song please"]
    assert (counts.read, counts.failed, counts.disliked, counts.kept) == (5, 2, 1, 2)


@pytest.mark.parametrize(
    ("feedback", "negative"),
    [
        ("negative", True),
        ("Thumbs_Down", True),
        ("👎", True),
        (False, True),
        (-1, True),
        ("", False),
        (None, False),
        (1, False),
        (True, False),
        (5, False),
    ],
)
def test_what_counts_as_a_complaint(feedback, negative):
    assert is_negative(feedback) is negative


def test_the_majority_decides_what_a_text_means_and_the_count_is_kept(log):
    same = [{"raw_input": text, "intent": intent} for text, intent in (("Play it", "play"), ("play it!", "play"), ("play  it", "call"))]
    rows, counts = log(*same)
    (row,) = rows
    assert (row.text, row.labels, row.context) == ("Play it", {"intent": "play"}, {"count": 2, "otherwise": 1})
    assert (counts.repeated, counts.outvoted) == (1, 1)


def test_a_text_that_as_many_take_otherwise_is_left_out(log):
    rows, counts = log({"raw_input": "play it"}, {"raw_input": "play it", "intent": "call"})
    assert (rows, counts.tied) == ([], 2)


def test_of_nearly_equal_texts_the_first_is_kept(log):
    rows, counts = log({"raw_input": "play the song of the year again"}, {"raw_input": "play the song of the years again"}, similarity=0.9)
    assert [row.text for row in rows] == ["play the song of the year again"]
    assert counts.nearly_repeated == 1


def test_a_row_knows_its_user_and_what_came_before(log):
    ((row,), _) = log({"raw_input": "play it", "user_id": 7, "previous_intent": "call", "timestamp": "2026-01-01T10:00:00Z"})
    assert row.group == "7"
    assert row.context == {"previous_intent": "call", "timestamp": "2026-01-01T10:00:00Z", "count": 1, "otherwise": 0}


def test_an_unknown_intent_is_an_error_with_file_and_line(log):
    with pytest.raises(DataError, match=r"log\.jsonl:2: 'paly' is not a label of 'intent'; did you mean 'play'"):
        log({"raw_input": "a"}, {"raw_input": "b", "intent": "paly"})


def test_logs_become_a_projects_examples_and_no_user_is_in_two_splits(tmp_path):
    intents, things = (
        ("play", "call", "other"),
        ("jazz", "the radio", "mum", "a taxi", "nothing", "rock", "my list", "dad", "the news", "quiet"),
    )
    lines = [
        {"raw_input": f"{intent} {thing} {user * 37}", "intent": intent, "user_id": user, "timestamp": f"2026-01-{1 + user:02}"}
        for user in range(20)
        for intent in intents
        for thing in things
    ]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    heads = {"intent": {"type": "choice", "labels": list(intents)}}
    document = {"name": "a", "heads": heads, "data": [{"logs": "log.jsonl"}], "check": {"near_duplicate_similarity": 1.0}}
    project = Project.model_validate(document)
    project._folder = tmp_path
    made = generate(project, tmp_path / "examples")
    groups = {
        split: {json.loads(line)["group"] for line in (made.path / f"{split}.jsonl").open()} for split in ("train", "val", "calib", "test")
    }
    assert sum(map(len, groups.values())) == len(set().union(*groups.values())) == 20
    assert made.manifest["logs"]["log.jsonl"]["kept"] == 600
    later = Project.model_validate(document | {"splits": {"by": "time"}})
    later._folder = tmp_path
    made = generate(later, tmp_path / "later")
    order = [
        max(int(json.loads(line)["group"]) for line in (made.path / f"{split}.jsonl").open()) for split in ("train", "val", "calib", "test")
    ]
    assert order == sorted(order)
    assert order[-1] == 19


def test_splitting_by_time_needs_times():
    with pytest.raises(DataError, match="needs a `timestamp` in every row"):
        split_by_group([Example("a", {"intent": "play"})], Splits(by="time"), 1, "intent")
