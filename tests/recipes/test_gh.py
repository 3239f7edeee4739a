"""The recipe `gh`: its schema, and the requests written by hand that it learns from, is calibrated on and is judged by."""

import json
from itertools import combinations
from pathlib import Path

import pytest

import sayso
from sayso.clischema import Command, checked, parse, to_argv
from sayso.clischema.heads import kinds_of
from sayso.clischema.read import check_file
from sayso.examples import normal_form

RECIPE = Path(sayso.__file__).parent / "recipes" / "gh"
FILES = ("human.jsonl", "requests/calib.jsonl", "requests/train.jsonl")


@pytest.fixture(scope="module")
def schema():
    checked_file = check_file(RECIPE / "schema.yaml")
    assert [problem for problem in checked_file.problems if problem.severity == "error"] == []
    return checked_file.schema


def rows(name):
    return [json.loads(line) for line in (RECIPE / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", FILES)
def test_every_answer_is_one_that_the_schema_allows(schema, name):
    kinds = {*kinds_of(schema), "missing_argument"}
    for row in rows(name):
        answer = row["output"]
        if answer["type"] == "clarification":
            assert answer["kind"] in kinds
        else:
            command = checked(schema, Command.from_json(answer))
            assert parse(schema, to_argv(schema, command)) == command


def test_no_request_is_in_two_files():
    texts = {name: {normal_form(row["instruction"]) for row in rows(name)} for name in FILES}
    assert all(not texts[one] & texts[other] for one, other in combinations(FILES, 2))
    assert all(len(texts[name]) == len(rows(name)) for name in FILES)


def test_what_judges_is_named_by_no_source():
    project = sayso.Project.load(RECIPE)
    assert [source.examples.as_posix() for source in project.data] == ["requests/train.jsonl", "requests/calib.jsonl"]


@pytest.mark.parametrize("name", FILES)
def test_every_command_is_asked_for_and_all_kinds_of_questions_are_called_for(schema, name):
    answers = [row["output"] for row in rows(name)]
    asked = {(answer["command"], answer["subcommand"]) for answer in answers if answer["type"] == "command"}
    assert asked == {path for path, _ in schema.runnable_commands()}
    assert {answer["kind"] for answer in answers if answer["type"] == "clarification"} == {*kinds_of(schema), "missing_argument"}
    commands = sum(answer["type"] == "command" for answer in answers)
    assert 0.7 < commands / len(answers) < 0.9


def test_the_readme_tells_how_many_there_are():
    text = (RECIPE / "README.md").read_text(encoding="utf-8")
    for name in FILES:
        assert f"`{name}` holds {len(rows(name))}" in text
