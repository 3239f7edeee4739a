import pytest

from sayso.clischema import Command
from sayso.errors import CommandError
from sayso.shell.explanation import explanation, incomplete
from sayso.shell.proposal import typed
from shell.standin import GH


def explained(line):
    return explanation(GH, typed(GH, line))


def test_every_word_has_its_meaning():
    assert explained("gh pr merge 12 --squash -d") == [
        ("gh", "Work with GitHub"),
        ("pr", "Work with pull requests"),
        ("merge", "Merge a pull request [write]"),
        ("12", "number: the number of the pull request"),
        ("--squash", "Make one commit of all"),
        ("--delete-branch", "Delete the branch after the merge [destructive]"),
    ]


def test_a_schema_that_says_little_is_not_made_to_say_it_twice():
    assert explained("gh pr close main")[3:] == [("main", "branch")]


def test_options_are_written_as_they_are_in_the_command():
    assert explained("gh pr list --state open --label a --label 'b c' -L5 -w")[3:] == [
        ("--state open", "Which of them"),
        ("--label a", "label"),
        ("--label 'b c'", "label"),
        ("--limit=5", "limit"),
        ("--web", "in the browser"),
    ]


def test_what_is_missing_is_shown_in_its_place():
    assert incomplete(GH, Command(("pr", "merge"), flags=("squash",))) == "gh pr merge <number> --squash"
    assert incomplete(GH, Command(("pr", "list"), {"state": "open"})) == "gh pr list --state open"
    with pytest.raises(CommandError):
        incomplete(GH, Command(("pr", "explode")))
