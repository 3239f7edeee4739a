import json
import stat

import pytest

from sayso.clischema import Command, parse_line
from sayso.shell.corrections import learn
from sayso.shell.history import Request
from sayso.shell.places import corrections_file
from sayso.shell.proposal import made, proposed, typed
from shell.standin import GH, ByHeart

CONTEXT = {"git": {"current_branch": "main", "current_pr": 12}}


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def learned(text, proposal, context=CONTEXT):
    learn(GH, Request(text, context, "gh", "a model"), proposal)
    file = corrections_file("gh")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def test_a_correction_is_a_row_that_a_model_can_be_trained_on():
    [row] = learned("zeig sie — alle", typed(GH, "gh pr list --state closed -w"))
    assert list(row) == ["instruction", "context", "output"]
    assert (row["instruction"], row["context"]) == ("zeig sie — alle", CONTEXT)
    assert Command.from_json(json.loads(row["output"])) == Command(("pr", "list"), {"state": "closed"}, ("web",))


def test_where_nothing_was_known_the_context_is_null():
    assert learned("list", typed(GH, "gh pr list"), {})[0]["context"] is None


def test_what_the_model_said_itself_teaches_it_nothing():
    assert learned("list my prs", proposed(GH, ByHeart().interpret("list my prs"))) == []


def test_an_answer_is_put_behind_its_request():
    command = parse_line(GH, "gh pr merge 5")
    assert learned("merge", made(GH, command, "answered", ("5",)))[0]["instruction"] == "merge 5"
    assert learned("merge", typed(GH, "gh pr merge 5 --squash", ("5",)))[1]["instruction"] == "merge 5"


@pytest.mark.parametrize(
    ("text", "line", "is_kept"),
    [
        ("merge 5", "gh pr merge 5", True),
        ("merge #5, please", "gh pr merge 5", True),
        ("merge it", "gh pr merge 12", True),
        ("merge it", "gh pr merge 5", False),
        ("merge 15", "gh pr merge 5", False),
        ("those labelled Bug or ui", "gh pr list --label bug --label ui", True),
        ("those labelled bug", "gh pr list --label bug --label ui", False),
        ("what is finished", "gh pr list --state closed", True),
    ],
)
def test_values_that_nobody_could_have_known_are_not_taught(text, line, is_kept):
    assert bool(learned(text, typed(GH, line))) is is_kept


def test_only_its_owner_can_read_the_file():
    learned("list", typed(GH, "gh pr list"))
    assert stat.S_IMODE(corrections_file("gh").stat().st_mode) == 0o600
    assert stat.S_IMODE(corrections_file("gh").parent.stat().st_mode) == 0o700


def test_a_tools_name_stays_in_its_folder():
    assert corrections_file("../../x").parent == corrections_file("gh").parent
