"""Two engines for one tool: which of them is asked, and whose answer counts."""

import pytest

from sayso.errors import UsageError
from sayso.runtime.hybrid import Hybrid
from sayso.runtime.interpretation import Clarification, Command


class Says:
    """Always gives one answer, and counts how often it was asked."""

    schema = None

    def __init__(self, answer):
        self.answer, self.asked = answer, 0

    def interpret(self, text, context=None):
        self.asked += 1
        return self.answer


def command(confidence, name="list"):
    return Command(("bake", name), name, None, {}, (), confidence, "confirm", "read")


def question(confidence):
    return Clarification("unclear", "What?", (), confidence)


def test_the_second_is_not_asked_where_the_first_is_sure_or_nothing_was_said():
    writer = Says(command(1.0))
    both = Hybrid(Says(command(0.95)), writer, 0.9)
    assert both.interpret("list orders").confidence == 0.95 and both.interpret("  ") and writer.asked == 0
    assert (both.answered, both.asked_further) == (2, 0)


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        (command(0.6), command(0.8, "oven"), "second"),
        (command(0.6), command(0.4, "oven"), "first"),
        (command(0.6), question(0.9), "second"),
        (command(0.6), question(0.5), "first"),
        (question(0.6), command(0.7), "second"),
        (question(0.8), command(0.7), "first"),
        (question(0.6), question(0.7), "second"),
    ],
)
def test_the_surer_answer_counts_where_the_first_is_not_sure(first, second, counts):
    both = Hybrid(Says(first), Says(second), 0.9)
    assert both.interpret("orders") is {"first": first, "second": second}[counts]
    assert both.asked_further == 1


def test_what_the_second_cannot_read_the_first_answers():
    class Refuses(Says):
        def interpret(self, text, context=None):
            raise UsageError("this request has 9999 tokens")

    first = command(0.6)
    assert Hybrid(Says(first), Refuses(None), 0.9).interpret("orders") is first
