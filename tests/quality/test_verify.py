import json
import subprocess
import sys

import pytest

from sayso.errors import DataError, UsageError
from sayso.examples import Example
from sayso.project import Head
from sayso.quality.corrections import Decision, append_decision, key_of, read_decisions
from sayso.quality.session import Session
from sayso.quality.verify import apply, verification, wilson

HEADS = {"intent": Head.model_validate({"type": "choice", "labels": ["buy", "hours", "other"]})}
SAMPLE = [Example(text, {"intent": label}) for text, label in (("bread", "buy"), ("open?", "hours"), ("cake", "hours"), ("hi", "other"))]


@pytest.fixture
def session(tmp_path):
    return Session(SAMPLE, "intent", ["buy", "hours", "other"], tmp_path / "verify" / "corrections.jsonl")


def again(session):
    """The same sample, in a new process as it were."""
    return Session(SAMPLE, "intent", session.labels, session.corrections)


def test_rows_come_in_order_and_progress_is_counted(session):
    session.accept()
    session.accept()
    session.relabel("buy")
    assert session.current.text == "hi"
    assert (session.done, session.corrected) == (3, 1)


def test_it_goes_on_where_it_was_left(session):
    session.accept()
    session.drop()
    assert again(session).current.text == "cake"
    assert again(session).corrected == 1


def test_a_skipped_row_comes_again_next_time(session):
    session.skip()
    assert session.current.text == "open?"
    assert again(session).current.text == "bread"


def test_undo_takes_back_decisions_and_skips_one_by_one(session):
    session.accept()
    session.skip()
    assert session.undo() and session.current.text == "open?"
    assert session.undo() and session.current.text == "bread"
    assert not session.undo()
    assert again(session).done == 0


@pytest.mark.parametrize("answer", ["1", "buy", "b", "BU\n"])
def test_a_label_is_named_by_number_name_or_beginning(session, answer):
    session.skip()
    session.relabel(answer)
    assert session.decisions[key_of(SAMPLE[1])].label == "buy"


@pytest.mark.parametrize("answer", ["4", "0", "bye", ""])
def test_an_answer_that_is_no_label_is_refused_and_changes_nothing(session, answer):
    with pytest.raises(UsageError, match="is not one of the labels"):
        session.relabel(answer)
    assert session.done == 0


def test_relabelling_with_the_same_label_is_accepting(session):
    session.relabel("buy")
    assert session.corrected == 0


def test_decisions_are_applied_to_the_data(session):
    session.accept()
    session.drop()
    session.relabel("buy")
    rows = apply(SAMPLE, read_decisions(session.corrections), HEADS)
    assert [(row.text, row.labels["intent"]) for row in rows] == [("bread", "buy"), ("cake", "buy"), ("hi", "other")]
    assert rows[1].source.endswith("relabelled")


def test_what_was_wrong_is_told_with_an_interval(session):
    session.accept()
    session.drop()
    found = verification(SAMPLE, SAMPLE * 10, read_decisions(session.corrections))
    assert (found["verified"], found["share_of_sample"], found["share_of_rows"], found["error_rate"]) == (2, 0.5, 0.05, 0.5)
    assert 0 < found["error_rate_low"] < 0.5 < found["error_rate_high"] < 1


def test_nothing_looked_at_means_nothing_known():
    assert wilson(0, 0) == (0.0, 1.0)
    assert verification(SAMPLE, SAMPLE, {})["error_rate"] is None


def test_a_line_cut_off_by_a_kill_is_passed_over_and_then_mended(tmp_path):
    path = tmp_path / "corrections.jsonl"
    append_decision(path, Decision("a", "accept"))
    with open(path, "ab") as stream:
        stream.write(b'{"row": "b", "verd')
    assert list(read_decisions(path)) == ["a"]
    append_decision(path, Decision("c", "drop"))
    assert list(read_decisions(path)) == ["a", "c"]


def test_a_broken_line_in_the_middle_is_told(tmp_path):
    path = tmp_path / "corrections.jsonl"
    path.write_text('{"row": "b", "verd\n{"row": "a", "verdict": "accept"}\n')
    with pytest.raises(DataError, match=r"corrections\.jsonl:1: this line is not valid JSON"):
        read_decisions(path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"row": "a", "verdict": "acept"}, "no verdict 'acept'; did you mean 'accept'"),
        ({"row": "a", "verdict": "relabel"}, "a relabel names a label"),
        ({"row": "a", "verdict": "relabel", "label": "bye"}, r"'bye' is not a label; did you mean 'buy'"),
        ({"verdict": "accept"}, "not a decision"),
    ],
)
def test_a_decision_that_makes_no_sense_is_told_with_its_line(tmp_path, row, message):
    path = tmp_path / "corrections.jsonl"
    path.write_text(json.dumps({"row": "z", "verdict": "accept"}) + "\n" + json.dumps(row) + "\n")
    with pytest.raises(DataError, match=rf"corrections\.jsonl:2: .*{message}"):
        read_decisions(path, HEADS)


def test_what_was_acknowledged_survives_a_kill(tmp_path):
    program = (
        "import os, sys; from pathlib import Path; from sayso.quality.corrections import Decision, append_decision\n"
        "for n in range(10**6):\n"
        "    append_decision(Path(sys.argv[1]), Decision(str(n), 'accept')); os.write(1, b'%d\\n' % n)\n"
    )
    path = tmp_path / "corrections.jsonl"
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
    told = [process.stdout.readline() for _ in range(40)]
    process.kill()
    told += process.stdout.read().splitlines()
    process.wait()
    assert {line.strip().decode() for line in told} <= read_decisions(path).keys()
