import json

import pytest

from sayso.errors import ArtifactError, CommandError, InputError, UsageError
from sayso.shell.permission import allow, allowed, disallow, permit, why_asked
from sayso.shell.places import allow_list_file
from sayso.shell.proposal import Proposal, made, typed
from shell.standin import GH

LINES = {"read": "gh pr list", "write": "gh pr merge 1", "destructive": "gh pr merge 1 --delete-branch"}


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def proposal(risk="read", action="execute"):
    command = typed(GH, LINES[risk]).command
    found = made(GH, command, "changed")
    assert found.risk == risk
    return Proposal(command, found.argv, found.risk, "model", action, 0.9)


@pytest.mark.parametrize("risk", ["read", "write"])
def test_nothing_runs_unasked_unless_somebody_said_so(risk):
    assert permit(proposal(risk), GH, yes=False) is None
    assert permit(proposal(risk), GH, yes=True) == "yes"
    allow(GH, "gh pr list")
    allow(GH, "gh pr merge")
    assert permit(proposal(risk), GH, yes=False) == "allowed"


@pytest.mark.parametrize("risk", ["read", "write"])
@pytest.mark.parametrize("action", ["confirm", "suggest", "ask", None])
def test_what_the_model_is_not_sure_of_is_always_asked_about(risk, action):
    allow(GH, "gh pr list")
    allow(GH, "gh pr merge")
    assert permit(proposal(risk, action), GH, yes=True) is None


def test_nothing_lets_a_destructive_command_run_unasked():
    allow(GH, "gh pr merge")
    assert permit(proposal("destructive"), GH, yes=True) is None
    assert why_asked(proposal("destructive")) == "it is destructive"


def test_a_destructive_command_cannot_be_put_on_the_list_and_gets_nowhere_where_somebody_wrote_it_there():
    with pytest.raises(UsageError, match="`gh repo delete` is destructive"):
        allow(GH, "gh repo delete")
    allow_list_file().parent.mkdir(parents=True)
    allow_list_file().write_text('["gh repo delete"]')
    command = typed(GH, "gh repo delete").command
    assert permit(Proposal(command, ("gh", "repo", "delete"), "destructive", "model", "execute", 1.0), GH, yes=True) is None


def test_commands_stand_on_the_list_under_their_own_names_once():
    assert allow(GH, "gh pr ls") == "gh pr list"
    allow(GH, "  gh  pr 'list' ")
    allow(GH, "gh pr close")
    assert allowed() == ["gh pr close", "gh pr list"]
    assert json.loads(allow_list_file().read_text()) == allowed()
    assert disallow("gh pr list") == "gh pr list"
    assert allowed() == ["gh pr close"]


@pytest.mark.parametrize(
    ("line", "kind", "told"),
    [
        ("gh pr", UsageError, "`gh pr` is a group; allow its commands one by one: list, merge, close"),
        ("gh", UsageError, "is a group"),
        ("gh pr list --web", UsageError, "allowed as a whole: `gh pr list`"),
        ("gh pr lsit", CommandError, "did you mean 'list'"),
        ("git status", UsageError, "knows the commands of `gh`, not of `git`"),
        ("", UsageError, "say which command"),
        ("gh 'pr", CommandError, "the quotes do not match"),
    ],
)
def test_what_cannot_be_allowed_is_told(line, kind, told):
    with pytest.raises(kind, match=told):
        allow(GH, line)
    assert allowed() == []


def test_what_is_not_on_the_list_cannot_be_taken_off_it():
    with pytest.raises(UsageError, match="not on the list, which is empty"):
        disallow("gh pr list")
    allow(GH, "gh pr list")
    with pytest.raises(UsageError, match="did you mean 'gh pr list'"):
        disallow("gh pr lst")


def test_a_broken_list_lets_nothing_run():
    allow_list_file().parent.mkdir(parents=True)
    allow_list_file().write_text("[")
    with pytest.raises(ArtifactError, match=r"allowed\.json:1: this is not valid JSON"):
        permit(proposal(), GH, yes=False)
    allow_list_file().write_text('{"gh": true}')
    with pytest.raises(InputError, match="this is no list of commands"):
        allowed()


def test_a_relative_folder_in_the_environment_is_ignored(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", "config")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert allow_list_file() == tmp_path / ".config" / "sayso" / "allowed.json"
