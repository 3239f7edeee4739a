"""How sure a model of commands may be, fitted on requests whose answers are known."""

import pytest

from sayso.clischema import to_spec
from sayso.evaluate.confidence import ENOUGH, experience, fit_confidence
from sayso.examples import Example
from sayso.runtime.reading import interpreter_of
from scripted import SCHEMA, Scripted

COMMANDS = {"schema": to_spec(SCHEMA)}
LIST = {"type": "command", "command": "order", "subcommand": "list", "args": {}, "flags": []}
OVENS = {**LIST, "command": "oven"}


@pytest.fixture
def model():
    return Scripted()


@pytest.fixture
def without_experience(monkeypatch):
    monkeypatch.setattr("sayso.evaluate.confidence.experience", lambda names: None)


def heard(model, count, sure, truth, source="grammar"):
    """Requests that it takes for `order list`, this sure of it."""
    named = f"{source} {chr(97 + round(25 * sure))} {truth['command']}"  # no digits: they would look like a limit
    texts = [model.hears(f"{named} {'a' * number}", "order list", sure=sure) for number in range(count)]
    return [Example(text, {}, source=source, output=truth) for text in texts]


def confidence(model, fitted, sure):
    interpreter = interpreter_of(model, COMMANDS | {"confidence": fitted})
    return interpreter.confidence(interpreter.reader.proposal(model.hears("orders", "order list", sure=sure)))


def test_the_surer_the_model_the_higher_the_confidence_and_about_as_high_as_it_is_right(model, without_experience):
    rows = heard(model, 90, 0.98, LIST) + heard(model, 10, 0.98, OVENS) + heard(model, 50, 0.6, LIST) + heard(model, 50, 0.6, OVENS)
    fitted = fit_confidence(interpreter_of(model, COMMANDS), rows)
    assert confidence(model, fitted, 0.98) == pytest.approx(0.9, abs=0.06)
    assert confidence(model, fitted, 0.6) == pytest.approx(0.5, abs=0.08)


def test_no_reason_ever_counts_against_a_command(model, without_experience):
    rows = heard(model, 60, 0.6, LIST) + heard(model, 60, 0.98, OVENS)
    assert all(weight >= 0 for weight in fit_confidence(interpreter_of(model, COMMANDS), rows)["weights"][:-1])


def test_enough_requests_by_people_count_alone(model, without_experience):
    generated = heard(model, 200, 0.98, LIST)
    people = heard(model, ENOUGH, 0.98, OVENS, "people.jsonl") + heard(model, ENOUGH, 0.98, LIST, "people.jsonl")
    fitted = fit_confidence(interpreter_of(model, COMMANDS), generated + people)
    assert (fitted["by_people"], fitted["rows"]) == (True, 2 * ENOUGH)
    assert fit_confidence(interpreter_of(model, COMMANDS), generated + people[: ENOUGH - 1])["by_people"] is False


def test_a_request_that_should_have_been_asked_back_counts_as_wrong(model, without_experience):
    rows = heard(model, 50, 0.9, LIST) + heard(model, 50, 0.9, {"type": "clarification", "kind": "several"} | {"command": "asked"})
    assert confidence(model, fit_confidence(interpreter_of(model, COMMANDS), rows), 0.9) == pytest.approx(0.5, abs=0.06)


def test_where_everything_is_right_nothing_is_fitted(model, without_experience):
    assert fit_confidence(interpreter_of(model, COMMANDS), heard(model, 20, 0.9, LIST)) is None
    assert fit_confidence(interpreter_of(model, COMMANDS), []) is None


def test_without_requests_by_people_it_is_what_other_tools_have_taught(model):
    fitted = fit_confidence(interpreter_of(model, COMMANDS), heard(model, 40, 0.9, LIST) + heard(model, 40, 0.9, OVENS))
    assert (fitted["rows"], fitted["by_people"]) == (0, True)
    assert fitted["weights"] == pytest.approx(experience(fitted["reasons"]).weights)
    assert confidence(model, fitted, 0.98) > confidence(model, fitted, 0.6)


@pytest.mark.parametrize(("truth", "falls"), [(OVENS, True), (LIST, False)])
def test_what_people_say_to_this_tool_corrects_that_the_more_they_said(model, truth, falls):
    interpreter = interpreter_of(model, COMMANDS)
    few, many = (fit_confidence(interpreter, heard(model, number, 0.9, truth, "people" + "s" * number)) for number in (5, 60))
    before = fit_confidence(interpreter, heard(model, 1, 0.9, truth))
    told = [confidence(model, fitted, 0.9) for fitted in (before, few, many)]
    assert told == sorted(told, reverse=falls) and len(set(told)) == 3
    assert many["rows"] == 60


def test_of_other_reasons_nothing_is_known_before(model):
    assert experience(["command", "luck"]) is None
