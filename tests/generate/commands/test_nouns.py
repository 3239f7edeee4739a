"""What a command does and is about, as its description tells."""

import pytest

from sayso.generate.commands.nouns import described, plural_of, singular_of


@pytest.mark.parametrize(
    ("description", "told"),
    [
        ("List pull requests in a repository", ("list", "pull requests", "in a repository")),
        ("Check out a pull request locally", ("check out", "pull request", "locally")),
        ("Show how hot the ovens are", ("show", "", "how hot the ovens are")),
        ("Create a new repository", ("create", "repository", "")),
        ("Manage containers (experimental)", ("manage", "containers", "")),
        ("", ("", "", "")),
        ("Stop", ("stop", "", "")),
    ],
)
def test_verb_noun_and_rest(description, told):
    assert described(description) == told


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("pull request", "pull requests"),
        ("repository", "repositories"),
        ("branch", "branches"),
        ("pr", "prs"),
        ("key", "keys"),
        ("box", "boxes"),
    ],
)
def test_singular_and_plural(one, many):
    assert plural_of(one) == many
    assert singular_of(many) == one
    assert singular_of(one) == one
    assert plural_of(many) == many
