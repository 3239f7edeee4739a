"""Values read from what a spans head says of each token."""

import re

import numpy as np
import pytest

from sayso.clischema import scope_of
from sayso.clischema.read import read_schema
from sayso.runtime.slots import Said, SlotReader, whole_words
from sayso.runtime.spans import Mark, TokenScores
from sayso.runtime.spec import HeadSpec
from scripted import SCHEMA, Scripted

CANCEL, LIST = (scope_of(SCHEMA, ("order", name)) for name in ("cancel", "list"))


def read(scope, text, slots=(), value_sure=0.99):
    model = Scripted()
    model.hears(text, slots=slots, value_sure=value_sure)
    return SlotReader(model.heads["slots"]).read(scope, text, model.logits([text])["slots"][0])


def test_what_is_marked_becomes_values_with_how_sure_it_is():
    said = read(CANCEL, "cancel 5 because of rain", [("number", "5"), ("why", "rain")])
    assert said.values == {"number": 5, "why": "rain"}
    assert all(0.9 < sure <= 1.0 for sure in said.parts.values())
    assert not said.unread and not said.lacking


def test_a_value_that_is_overlooked_makes_it_less_sure_that_nothing_else_is_one():
    assert read(CANCEL, "cancel 5 for Ann", [("number", "5")], 0.6).unmarked < read(CANCEL, "cancel 5 for Ann", [("number", "5")]).unmarked


@pytest.mark.parametrize(("scope", "name", "found"), [(CANCEL, "number", {"number": 12}), (LIST, "limit", {})])
def test_what_a_command_cannot_do_without_is_found_where_something_else_is_overlooked(scope, name, found):
    head = Scripted().heads["slots"]
    logits = np.full((2, 2 * len(head.labels) + 1), -9.0)
    logits[:, 0] = 1.0
    logits[1, 1 + 2 * head.labels.index(name)] = 0.0
    said = SlotReader(head).read(scope, "take twelve", TokenScores(logits, [(0, 4), (5, 11)]))
    assert said.values == found


PARCEL = """
cli_name: parcel
commands:
  - name: upload
    description: Upload a paper for a shipment
    args:
      - {name: shipment, positional: true, required: true}
      - {name: file, type: path, required: true}
      - {name: note}
"""


@pytest.mark.parametrize(
    ("text", "marked", "found"),
    [
        ("PK61204 gets ./a.pdf", [], {"shipment": "PK61204", "file": "./a.pdf"}),
        ("put ./a.pdf to PK61204", [("file", "PK61204")], {"shipment": "PK61204", "file": "./a.pdf"}),
        ("put ./a.pdf and say PK61204", [("note", "PK61204")], {"file": "./a.pdf", "note": "PK61204"}),
        ("put ./a.pdf to PK61204 or PK61205", [], {"file": "./a.pdf"}),
    ],
)
def test_a_code_that_nothing_else_has_is_what_a_command_cannot_do_without(tmp_path, text, marked, found):
    (tmp_path / "schema.yaml").write_text(PARCEL)
    scope = scope_of(read_schema(tmp_path / "schema.yaml"), ("upload",))
    head = HeadSpec("slots", "spans", "slots", ("file", "note", "shipment"))
    offsets = [match.span() for match in re.finditer(r"\S+", text)]
    logits = np.full((len(offsets), 7), -5.0)
    logits[:, 0] = [-1.0 if re.search(r"\d|/", word) else 4.0 for word in text.split()]
    for label, value in marked:
        logits[text.split().index(value), 1 + 2 * head.labels.index(label)] = 0.5
    assert SlotReader(head).read(scope, text, TokenScores(logits, offsets)).values == found


def test_a_tool_without_arguments_says_nothing():
    assert SlotReader(None).read(LIST, "list", None) == Said()
    assert SlotReader(None).read(CANCEL, "cancel", None).lacking


def test_the_outputs_of_the_model_stay_as_they_were():
    model = Scripted()
    scores = model.logits([model.hears("12 orders that are sold")])["slots"][0]
    before = np.array(scores.logits)
    SlotReader(model.heads["slots"]).read(LIST, "12 orders that are sold", scores)
    assert np.array_equal(scores.logits, before)


@pytest.mark.parametrize(
    ("text", "marked", "found"),
    [
        ("merge feature/login now", "login", "feature/login"),
        ("clone to ~/play/kit.", "play", "~/play/kit"),
        ("cancel #42, please", "42", "42"),
        ("by alice's team", "alice", "alice"),
        ("call it 'so-so'.", "so", "so-so"),
        ("title: What now?", "What now?", "What now?"),
        ("tag v4.0.0.", "v4", "v4.0.0"),
    ],
)
def test_a_value_is_never_half_a_word(text, marked, found):
    start = text.index(marked)
    assert whole_words(text, Mark("x", start, start + len(marked))) == found
