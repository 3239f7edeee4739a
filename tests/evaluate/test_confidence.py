"""How sure a model of commands may be, fitted on requests whose answers are known."""

import pytest

from sayso.clischema import to_spec
from sayso.evaluate.confidence import ENOUGH, fit_confidence
from sayso.examples import Example
from sayso.runtime.interpret import Interpreter
from scripted import SCHEMA, Scripted

COMMANDS = {"schema": to_spec(SCHEMA)}
LIST = {"type": "command", "command": "order", "subcommand": "list", "args": {}, "flags": []}
OVENS = {**LIST, "command": "oven"}


@pytest.fixture
def model():
    return Scripted()


def heard(model, count, sure, truth, source="grammar"):
    """Requests that it takes for `order list`, this sure of it."""
    texts = [model.hears(f"{source} {sure} {number} {truth['command']}", "order list", sure=sure) for number in range(count)]
    return [Example(text, {}, source=source, output=truth) for text in texts]


def confidence(model, fitted, sure):
    return Interpreter(model, COMMANDS | {"confidence": fitted}).interpret(model.hears("orders", "order list", sure=sure)).confidence


def test_the_surer_the_model_the_higher_the_confidence_and_about_as_high_as_it_is_right(model):
    rows = heard(model, 90, 0.98, LIST) + heard(model, 10, 0.98, OVENS) + heard(model, 50, 0.6, LIST) + heard(model, 50, 0.6, OVENS)
    fitted = fit_confidence(model, COMMANDS, rows)
    assert confidence(model, fitted, 0.98) == pytest.approx(0.9, abs=0.06)
    assert confidence(model, fitted, 0.6) == pytest.approx(0.5, abs=0.08)


def test_no_reason_ever_counts_against_a_command(model):
    rows = heard(model, 60, 0.6, LIST) + heard(model, 60, 0.98, OVENS)
    assert all(weight >= 0 for weight in fit_confidence(model, COMMANDS, rows)["weights"][:-1])


def test_enough_requests_by_people_count_alone(model):
    generated = heard(model, 200, 0.98, LIST)
    people = heard(model, ENOUGH, 0.98, OVENS, "people.jsonl") + heard(model, ENOUGH, 0.98, LIST, "people.jsonl")
    fitted = fit_confidence(model, COMMANDS, generated + people)
    assert (fitted["by_people"], fitted["rows"]) == (True, 2 * ENOUGH)
    assert fit_confidence(model, COMMANDS, generated + people[: ENOUGH - 1])["by_people"] is False


def test_a_request_that_should_have_been_asked_back_counts_as_wrong(model):
    rows = heard(model, 50, 0.9, LIST) + heard(model, 50, 0.9, {"type": "clarification", "kind": "several"} | {"command": "asked"})
    assert confidence(model, fit_confidence(model, COMMANDS, rows), 0.9) == pytest.approx(0.5, abs=0.06)


def test_where_everything_is_right_nothing_is_fitted(model):
    assert fit_confidence(model, COMMANDS, heard(model, 20, 0.9, LIST)) is None
    assert fit_confidence(model, COMMANDS, []) is None
