"""What is said of a model of commands: counted as a person would count it."""

import pytest

from sayso.evaluate.commands import figures_of, judged_answer, worst_of
from sayso.examples import Example

MERGE = {"type": "command", "command": "pr", "subcommand": "merge", "args": {"number": 4}, "flags": ["squash"]}
ASK = {"type": "clarification", "kind": "unclear"}


def answer(action="execute", confidence=0.95, **changes):
    return {**MERGE, "action": action, "confidence": confidence, **changes}


def judged(truth, given, text="squash and merge 4", context=None):
    return judged_answer(Example(text, {}, context=context, output=truth), given)


def test_the_whole_command_must_be_right():
    assert judged(MERGE, answer()).exact
    assert not judged(MERGE, answer(flags=[])).exact
    assert not judged(MERGE, answer(args={"number": 5})).exact
    assert not judged(MERGE, answer(args={"number": 4, "body": "x"})).exact
    assert judged(MERGE, answer(args={"number": 5})).right_command
    assert not judged(MERGE, answer(subcommand="close")).right_command


def test_a_number_and_its_text_are_one_value_and_flags_have_no_order():
    truth = {**MERGE, "flags": ["squash", "auto"]}
    assert judged(truth, answer(args={"number": "4"}, flags=["auto", "squash"])).exact


def test_a_question_is_never_a_right_command():
    one = judged(MERGE, {**ASK, "command": "pr", "subcommand": "merge"})
    assert not one.right_command
    assert not one.right


def test_where_a_question_is_due_any_question_is_right_and_no_command_is():
    assert judged(ASK, {**ASK, "kind": "several"}).right
    assert not judged(ASK, answer()).right


def test_what_is_executed_though_wrong_is_counted_of_all_requests():
    answers = [
        judged(MERGE, answer()),
        judged(MERGE, answer(flags=[])),
        judged(ASK, answer()),
        judged(ASK, ASK),
        judged(MERGE, answer("confirm", 0.8, flags=[])),
    ]
    figures = figures_of(answers)
    assert figures["false_execute"] == pytest.approx(2 / 5)
    assert figures["executed"] == pytest.approx(3 / 5)
    assert figures["precision_of_executed"] == pytest.approx(1 / 3)


def test_exact_and_command_accuracy_are_shares_of_the_requests_for_commands():
    figures = figures_of([judged(MERGE, answer()), judged(MERGE, answer(flags=[])), judged(MERGE, ASK), judged(ASK, ASK)])
    assert figures["command_rows"] == 3
    assert figures["exact"] == pytest.approx(1 / 3)
    assert figures["command_accuracy"] == pytest.approx(2 / 3)
    assert figures["exact_low"] <= figures["exact"] <= figures["exact_high"]
    assert figures["right"] == pytest.approx(2 / 4)


def test_questions_are_told_by_kind():
    missing = {**ASK, "kind": "missing_argument"}
    answers = [judged(missing, missing), judged(missing, ASK), judged(ASK, answer()), judged(MERGE, ASK)]
    asked = figures_of(answers)["clarification"]
    assert (asked["precision"], asked["recall"]) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert asked["kinds"]["missing_argument"]["recall"] == pytest.approx(1 / 2)
    assert asked["kinds"]["missing_argument"]["asked"] == 1.0
    assert asked["kinds"]["unclear"] | {"rows": 1} == asked["kinds"]["unclear"]


def test_a_value_that_nobody_said_is_invented():
    figures = figures_of(
        [
            judged(MERGE, answer(args={"number": 99})),
            judged(MERGE, answer(args={"number": 7}), context={"git": {"current_pr": 7}}),
            judged(MERGE, answer(args={"number": 4, "body": "merge 4"})),
        ]
    )
    assert figures["hallucinated"] == pytest.approx(1 / 3)


def test_arguments_have_precision_and_recall():
    truth = {**MERGE, "args": {"number": 4, "body": "done"}}
    slots = figures_of([judged(truth, answer(args={"number": 4})), judged(truth, answer(args={"number": 5, "title": "done"}))])["slots"]
    assert slots["number"] == pytest.approx({"precision": 0.5, "recall": 0.5, "f1": 0.5})
    assert slots["body"]["recall"] == 0.0
    assert slots["title"]["precision"] == 0.0
    assert slots["all"]["precision"] == pytest.approx(1 / 3)


def test_bands_tell_coverage_and_precision():
    bands = figures_of([judged(MERGE, answer(confidence=0.95)), judged(MERGE, answer("confirm", 0.75, flags=[])), judged(ASK, ASK)])[
        "bands"
    ]
    assert bands["0.9"] == pytest.approx({"coverage": 1 / 3, "precision": 1.0})
    assert bands["0.7"] == pytest.approx({"coverage": 2 / 3, "precision": 0.5})


def test_nothing_judged_is_no_error():
    figures = figures_of([])
    assert (figures["rows"], figures["exact"], figures["ece"]) == (0, 0.0, 0.0)


def test_the_surest_mistakes_come_first():
    wrong = [judged(MERGE, answer(confidence=sure, flags=[])) for sure in (0.6, 0.9)]
    assert [row["answer"]["confidence"] for row in worst_of([*wrong, judged(MERGE, answer())])] == [0.9, 0.6]
