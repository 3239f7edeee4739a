import shlex
import subprocess

import pytest

from sayso.errors import CommandError
from sayso.runtime.interpretation import Command
from sayso.shell.proposal import made, proposed, quoted, typed
from shell.standin import GH, ByHeart


def interpreted(*argv, risk="read"):
    return Command(argv, argv[1], None, {}, (), 0.9, "execute", risk)


def test_a_proposal_is_what_the_model_says():
    proposal = proposed(GH, ByHeart().interpret("merge this one"))
    assert proposal.line == "gh pr merge 12 --squash"
    assert (proposal.risk, proposal.action, proposal.confidence, proposal.origin) == ("write", "execute", 0.93, "model")
    assert proposal.command.args == {"number": 12}


def test_its_risk_is_that_of_the_words_that_run_whatever_the_model_says():
    assert proposed(GH, interpreted("gh", "pr", "merge", "1", "-d", risk="read")).risk == "destructive"
    assert proposed(GH, interpreted("gh", "repo", "delete", risk="read")).risk == "destructive"
    assert proposed(GH, interpreted("gh", "pr", "list", risk="write")).risk == "write"


@pytest.mark.parametrize("argv", [("rm", "-rf", "/"), ("gh", "nonsense"), ("gh", "pr", "merge")])
def test_what_the_schema_does_not_allow_is_no_proposal(argv):
    with pytest.raises(CommandError):
        proposed(GH, interpreted(*argv))


def test_a_typed_line_is_read_by_the_schema():
    assert typed(GH, "gh pr ls -w").argv == ("gh", "pr", "list", "--web")
    assert typed(GH, "gh pr merge 3 -d").risk == "destructive"
    with pytest.raises(CommandError, match="the quotes do not match"):
        typed(GH, "gh say 'it")


def test_what_a_person_makes_has_no_confidence():
    proposal = made(GH, typed(GH, "gh pr list").command, "picked")
    assert (proposal.confidence, proposal.action, proposal.origin) == (None, None, "picked")


@pytest.mark.parametrize(
    "word", ["plain", "", "two words", "it's", '"', "; rm -rf /", "$(id)", "`id`", "*", "~", "é 再", "\\", "-x", "#", "!"]
)
def test_a_line_is_what_a_shell_makes_these_words_of(word):
    line = quoted(["printf", "%s.", "a", word])
    assert shlex.split(line)[2:] == ["a", word]
    assert subprocess.run(["sh", "-c", line], capture_output=True, check=True).stdout.decode() == f"a.{word}."


@pytest.mark.parametrize("word", ["a\nb", "\x1b[31m", "it's\ttab\\", "\u202egpj", "\x7f", "\U000e0041"])
def test_what_would_not_be_seen_is_written_as_what_it_is(word):
    line = quoted(["printf", "%s", word])
    assert line.isprintable()
    assert subprocess.run(["bash", "-c", line], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}).stdout.decode() == word


def test_families_stay_together():
    assert quoted(["👨‍👩‍👧"]) == "'👨‍👩‍👧'"
