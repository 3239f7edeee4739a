"""A model of a bakery's commands whose outputs are written down: what it hears, it answers as it was told."""

import re

import numpy as np

from sayso.clischema import Argument, Binding, CommandSchema, Flag, Schema
from sayso.clischema.heads import heads_of
from sayso.runtime.decide import Bands
from sayso.runtime.spans import Mark, TokenScores, classes_of
from sayso.runtime.spec import HeadSpec

NUMBER = Argument("number", type="integer", positional=True, required=True, description="Which order", context=Binding("order.current"))
LIST = CommandSchema(
    "list",
    "List orders",
    args=(
        Argument("state", type="enum", values=("open", "sold")),
        Argument("limit", type="integer", range=(1, 50)),
        Argument("label", repeatable=True),
    ),
    flags=(Flag("web"),),
)
CANCEL = CommandSchema(
    "cancel",
    "Cancel an order",
    risk="write",
    args=(NUMBER, Argument("why")),
    flags=(Flag("refund"), Flag("credit"), Flag("force", risk="destructive")),
    exclusive=(("refund", "credit"),),
)
SCHEMA = Schema(
    "bake",
    "Run a bakery",
    commands=(
        CommandSchema("order", "Work with orders", subcommands=(LIST, CANCEL)),
        CommandSchema("oven", "Work with ovens", subcommands=(CommandSchema("list", "List ovens"),)),
    ),
)
HERE = {"order": {"current": 7}}


class Scripted:
    """Says what it was told to say: labels with their probabilities, flags, and which words are values."""

    def __init__(self):
        self.spec = type("Spec", (), {"bands": Bands(0.9, 0.7, 0.5)})()
        self.heads = {
            name: HeadSpec(name, head["type"], name, tuple(head["labels"]), thresholds=(0.5,) * len(head["labels"]))
            for name, head in heads_of(SCHEMA).items()
        }
        self.answers = {}

    def hears(self, text, command=None, kind="command", sure=0.99, flags=(), slots=(), value_sure=0.99, no_flag=-8.0):
        self.answers[text] = (command, kind, sure, flags, slots, value_sure, no_flag)
        return text

    def logits(self, texts):
        (text,) = texts
        return {name: np.array([self._output(text, name)], dtype=object if name == "slots" else float) for name in self.heads}

    def _output(self, text, name):
        command, kind, sure, flags, slots, value_sure, no_flag = self.answers[text]
        labels = self.heads[name].labels
        if name == "command":
            return _log_shares(labels, command or "none", sure)
        if name == "kind":
            return _log_shares(labels, kind, 0.99)
        if name == "flags":
            return [8.0 if label in flags else no_flag for label in labels]
        offsets = [(0, 0), *(word.span() for word in re.finditer(r"\w+|[^\w\s]", text)), (0, 0)]
        marks = [Mark(label, text.index(words), text.index(words) + len(words)) for label, words in slots]
        classes = classes_of(marks, offsets, labels)
        width = 2 * len(labels) + 1
        return TokenScores(np.array([_log_shares(range(width), one, value_sure) for one in classes]), offsets)


def _log_shares(labels, chosen, sure):
    rest = (1 - sure) / (len(labels) - 1)
    return [np.log(sure if label == chosen else rest) for label in labels]
