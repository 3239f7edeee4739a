"""What a language model got wrong: told apart by kind, near misses first, and enough of it to learn from."""

import pytest

from sayso.errors import CheckFailed
from sayso.examples import Example
from sayso.examples.answers import Answered
from sayso.train.dpo import usable
from sayso.train.preferences import NEAREST_FIRST, Pair, nearest_first, pairs_of
from sayso.tuning import Dpo
from scripted import SCHEMA

TRUTH = {"type": "command", "command": "order", "subcommand": "list", "args": {"limit": 5}, "flags": ["web"]}
ROW = Answered("five orders on the web", "order list limit=5 +web", ("order", "list"), Example("five orders on the web", {}, output=TRUTH))
ASKS = {"type": "clarification", "kind": "off_topic"}
OFF = Answered("what's the time", "? off_topic", None, Example("what's the time", {}, output=ASKS))


@pytest.mark.parametrize(
    ("row", "written", "wrong"),
    [
        (ROW, "order list limit=5", "wrong parts"),
        (ROW, "order list limit=6 +web", "wrong parts"),
        (ROW, "oven list", "wrong command"),
        (ROW, "? unclear", "question instead of a command"),
        (ROW, "order order order", "unreadable"),
        (OFF, "oven list", "command instead of a question"),
        (OFF, "? unclear", "wrong question"),
    ],
)
def test_a_wrong_answer_is_kept_with_what_is_wrong(row, written, wrong):
    assert [(pair.chosen, pair.rejected, pair.wrong) for pair in pairs_of(SCHEMA, row, [written])] == [(row.answer, written, wrong)]


def test_a_right_answer_makes_no_pair_and_a_wrong_one_makes_one_however_often_it_came():
    assert pairs_of(SCHEMA, ROW, [ROW.answer, "order list limit=five +web"]) == []
    assert len(pairs_of(SCHEMA, ROW, ["oven list", "oven list"])) == 1


def test_near_misses_come_first():
    pairs = [Pair("a", "b", "c", wrong) for wrong in reversed(NEAREST_FIRST)]
    assert [pair.wrong for pair in nearest_first(pairs)] == list(NEAREST_FIRST)


def test_too_few_pairs_or_equal_ones_are_refused():
    some = [Pair("a", "b", f"c{number}", "wrong parts") for number in range(5)]
    assert usable(some, Dpo(least_pairs=5)) == some
    with pytest.raises(CheckFailed, match=r"there are 5 pairs.*least_pairs` is 6; ask for more.*dpo: null"):
        usable(some, Dpo(least_pairs=6))
    with pytest.raises(CheckFailed, match=r"0 pairs.*5 more have two equal answers"):
        usable([Pair("a", "b", "b", "wrong parts")] * 5, Dpo(least_pairs=1))
