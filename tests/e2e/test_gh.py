"""The recipe `gh` from `sayso init` to commands that run, held against what it promises. Takes minutes."""

import json
import os
import subprocess
import sys

import pytest

import sayso

pytestmark = pytest.mark.slow

CONTEXT = {"git": {"current_branch": "feature/login", "repo_owner": "acme", "repo_name": "shop", "current_pr": 42}}


def run(*args, cwd, code=0, **environment):
    command = [sys.executable, "-c", "from sayso.cli import main; main()", *map(str, args)]
    given = {**os.environ, "NO_COLOR": "1", **environment}
    result = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=given, stdin=subprocess.DEVNULL, check=False)
    assert result.returncode == code, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipe") / "my-gh"
    run("init", "--recipe", "gh", folder, cwd=folder.parent)
    run("build", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def people(recipe):
    """What it makes of requests that nobody generated."""
    return json.loads(run("evaluate", "--data", "human.jsonl", "--json", cwd=recipe))["figures"]["commands"]


@pytest.fixture(scope="module")
def model(recipe):
    with sayso.load(recipe) as model:
        yield model


def test_every_gate_holds(recipe):
    report = json.loads((recipe / "build" / "report" / "report.json").read_text())
    assert [gate["gate"] for gate in report["gates"] if not gate["held"]] == []


def test_people_get_the_command_they_mean(people):
    assert people["command_accuracy"] >= 0.85
    assert people["exact"] >= 0.65


def test_people_are_asked_when_there_is_something_to_ask(people):
    assert people["clarification"]["f1"] >= 0.75


def test_hardly_anything_wrong_is_executed(people):
    assert people["false_execute"] <= 0.05


def test_an_answer_takes_milliseconds(people):
    assert people["latency_ms"]["p50"] < 15


def test_it_is_better_than_what_needs_no_model(recipe):
    report = json.loads((recipe / "build" / "report" / "report.json").read_text())
    best = max(row["exact"] for row in report["commands"]["baselines"])
    assert report["figures"]["commands"]["exact"] > best


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("squash and merge this one", ("gh", "pr", "merge", "42", "--squash")),
        ("list the open pull requests", ("gh", "pr", "list", "--state", "open")),
        ("check out pr 7", ("gh", "pr", "checkout", "7")),
        ("clone cli/cli into tools", ("gh", "repo", "clone", "cli/cli", "tools")),
    ],
)
def test_the_obvious_is_understood(model, text, argv):
    answer = model.interpret(text, CONTEXT)
    assert isinstance(answer, sayso.Command)
    assert answer.argv == argv


def test_what_the_context_does_not_have_is_asked_for(model):
    answer = model.interpret("merge this pr", None)
    assert isinstance(answer, sayso.Clarification)
    assert (answer.kind, answer.argument) == ("missing_argument", "number")


@pytest.mark.parametrize("text", ["x" * 10_000, "merge " * 2_000, "🦀" * 50, "\x00\x1b[31m", "\"'`$(rm -rf ~)", "合并这个请求"])
def test_whatever_is_said_gets_an_answer_with_an_argv_that_the_schema_reads_back(model, text):
    from sayso.clischema import parse

    answer = model.interpret(text, CONTEXT)
    if isinstance(answer, sayso.Command):
        assert parse(model.schema, list(answer.argv)).path


def test_do_shows_it_as_json_and_runs_it_by_its_argv(recipe, tmp_path):
    answer = json.loads(run("do", recipe, "--json", "list", "my", "open", "pull", "requests", cwd=tmp_path))
    assert answer["argv"][:3] == ["gh", "pr", "list"]
    told = tmp_path / "told"
    tool = tmp_path / "bin" / "gh"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {told}\nexit 7\n')
    tool.chmod(0o755)
    homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"), str(tmp_path))
    where = homes | {"PATH": f"{tool.parent}:{os.environ['PATH']}"}
    run("do", "--allow", "gh pr list", cwd=recipe, **where)
    printed = run("do", recipe, "--print", "list the open pull requests", cwd=tmp_path, **where)
    assert printed.strip() == "gh pr list --state open"
    if answer["action"] == "execute":
        run("do", recipe, "list", "my", "open", "pull", "requests", cwd=tmp_path, code=7, **where)
        assert told.read_text().splitlines() == answer["argv"][1:]
