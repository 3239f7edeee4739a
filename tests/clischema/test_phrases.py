"""A command's own phrases, with places for its values."""

import pytest

from sayso.clischema.read import check_file

SCHEMA = """\
cli_name: bake
commands:
  - name: cancel
    natural_language: [{phrase}]
    args:
      - {{name: number, type: integer, positional: true, required: true}}
      - {{name: state, values: [open, sold]}}
"""


def problems(tmp_path, phrase):
    path = tmp_path / "schema.yaml"
    path.write_text(SCHEMA.format(phrase=phrase))
    return [f"{problem.line}: {problem.message}" for problem in check_file(path).problems if problem.severity == "error"]


@pytest.mark.parametrize("phrase", ["'cancel {number}'", "'cancel {number=this} {state=sold} one'", "call it off"])
def test_places_for_arguments_and_words_that_are_values_are_fine(tmp_path, phrase):
    assert problems(tmp_path, phrase) == []


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        ("'cancel {numbre}'", "4: `bake cancel`: 'cancel {numbre}' has a place for 'numbre', which is no argument; did you mean 'number'?"),
        ("'cancel {number} and {number}'", "two places for 'number'"),
        ("'cancel {state=purple}'", "'purple' is no value of 'state' and points at none"),
        ("'cancel {number'", "do not match"),
    ],
)
def test_a_phrase_that_fits_no_argument_is_an_error_with_its_line(tmp_path, phrase, told):
    (found,) = problems(tmp_path, phrase)
    assert told in found


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        ("''", "is empty"),
        ("'stop it {number=}'", "nothing stands behind"),
        ("'cancel {}'", "put an argument's name into {}"),
    ],
)
def test_a_phrase_that_says_nothing_is_an_error(tmp_path, phrase, told):
    (found,) = problems(tmp_path, phrase)
    assert told in found


@pytest.mark.parametrize(("phrase", "told"), [("of {item}", "only {} is a place"), ("of {} and {}", "has two places")])
def test_an_argument_s_phrase_has_one_place_at_most(tmp_path, phrase, told):
    path = tmp_path / "schema.yaml"
    path.write_text(f"cli_name: x\nargs:\n  - {{name: item, natural_language: ['{phrase}']}}\n")
    (found,) = [problem for problem in check_file(path).problems if problem.severity == "error"]
    assert told in found.message


@pytest.mark.parametrize(("given", "told"), [("[80]", "`range` has too few entries"), ("[1, 2, 3]", "`range` has too many entries")])
def test_a_range_has_two_ends(tmp_path, given, told):
    path = tmp_path / "schema.yaml"
    path.write_text(f"cli_name: x\nargs:\n  - {{name: item, type: integer, range: {given}}}\n")
    assert told in check_file(path).problems[0].message
