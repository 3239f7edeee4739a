import pytest

from clischema.samples import BAKE, write_sample
from sayso.clischema.read import check_file

HEAD = "cli_name: t\npositionals: declared\n"
TWO_ALIASES = """\
commands:
  - name: order
    subcommands:
      - {name: list, aliases: [show, ls]}
      - {name: view, aliases: [Show]}
  - name: copy
    subcommands:
      - {name: list, aliases: [ls]}
"""


def problems(folder, text, severity):
    return [problem.message for problem in check_file(write_sample(folder, text)).problems if problem.severity == severity]


def test_a_schema_with_everything_in_it_has_nothing_wrong(tmp_path):
    assert check_file(write_sample(tmp_path, BAKE)).problems == ()


def test_aliases_that_may_mean_several_commands_are_reported(tmp_path):
    assert problems(tmp_path, HEAD + TWO_ALIASES, "warning") == ["`t order`: the alias 'show' may be list or view"]
    assert problems(tmp_path, HEAD + TWO_ALIASES, "note") == ["the alias 'ls' stands in several groups: order list, copy list"]


def test_an_alias_that_is_another_commands_name_is_reported(tmp_path):
    text = HEAD + "commands: [{name: ls, aliases: [view]}, {name: view}]\n"
    assert problems(tmp_path, text, "warning") == ["`t`: the alias 'view' of 'ls' is the name of another command"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ("{name: x, type: enum}", "an enum needs `values`"),
        ("{name: x, type: enum, values: [a, a]}", "the value 'a' is there twice"),
        ("{name: x, type: integer, values: [a]}", "`values` are for an enum"),
        ("{name: x, values: [a, b], default: c}", "the default 'c' is none of its values"),
        ("{name: x, type: integer, range: [9, 1]}", "the range ends, at 1, before it begins, at 9"),
        ("{name: x, type: integer, range: [1, 9], default: 10}", "the default 10 is more than 9"),
        ("{name: x, type: number, range: [0, .inf]}", "write null where there is none"),
        ("{name: x, range: [1, 9]}", "`range` is for integer and number"),
        ("{name: x, pattern: '['}", "is no regular expression"),
        ("{name: x, pattern: '[a-z]+', default: '7'}", "does not match [a-z]+"),
        ("{name: x, type: integer, pattern: '[0-9]+'}", "`pattern` is for text"),
        ("{name: x, type: date, default: tomorrow}", "is no date"),
        ("{name: x, repeatable: true, default: a}", "must be a list"),
        ("{name: x, positional: true, short: x}", "`short` is for options"),
        ("{name: x, positional: true, joined: true}", "`joined` is for options"),
        ("{name: x, type: boolean, value_optional: true}", "is a flag"),
        ("{name: x, context: 'git..branch'}", "is no place in the context"),
        ("{name: x, context: '{git.branch'}", "is no place in the context"),
        ("{name: x, short: xy}", "`short` is one letter"),
        ("{name: a b}", "neither a `long` nor a `short` name"),
        ("{name: x, long: 'y=z'}", "cannot be typed as an option"),
        ("{name: x}, {name: x}", "has two 'x'"),
        ("{name: x, short: s}, {name: y, short: s}", "-s is both 'x' and 'y'"),
        ("{name: x, aliases: [y]}, {name: y}", "--y is both 'x' and 'y'"),
        ("{name: x, positional: true, repeatable: true}, {name: y, positional: true, repeatable: true}", "nobody can tell which"),
        ("{name: x, positional: true, repeatable: true}, {name: y, positional: true}", "'y' never gets a word"),
    ],
)
def test_an_argument_that_cannot_be_is_an_error(tmp_path, args, told):
    found = problems(tmp_path, f"{HEAD}args: [{args}]\n", "error")
    assert len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("args: [{name: x}]\nflags: [{name: x}]\n", "an argument and a flag that are both 'x'"),
        ("flags: [{name: a}]\nexclusive: [[a, bb]]\n", "`exclusive` names 'bb'"),
        ("args: [{name: a, required: true}]\nflags: [{name: b}]\nexclusive: [[a, b]]\n", "'a' is required"),
        ("commands: [{name: x, runnable: false}]\n", "nothing can be done with it"),
        ("flags: [{name: all, inherited: true}]\ncommands: [{name: x, args: [{name: any, aliases: [all]}]}]\n", "--all is its 'any'"),
        ("commands: [{name: x, examples: [t x --web]}]\n", "the example 't x --web' does not fit: `t x`: there is no option --web"),
        ("commands: [{name: x, examples: [t y]}, {name: y}]\n", "the example 't y' is one of `t y`"),
        ("commands: [{name: '-x'}]\n", "does not begin with a dash"),
    ],
)
def test_a_command_that_cannot_be_is_an_error(tmp_path, text, told):
    found = problems(tmp_path, HEAD + text, "error")
    assert len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("args: [{name: a, positional: true}, {name: b, positional: true, required: true}]\n", "'b' is required and stands after 'a'"),
        ("args: [{name: a, required: true, default: x}]\n", "it is never asked for"),
        ("flags: [{name: a, natural_language: Wide}, {name: b, natural_language: wide}]\n", "'wide' may mean 'a' or 'b'"),
        ("args: [{name: a, context: x.a}, {name: b, context: x.b}]\n", "'this' may mean 'a' or 'b'"),
        ("args: [{name: a, values: {x: [one], y: [One]}}]\n", "'one' may mean 'x' or 'y'"),
    ],
)
def test_what_makes_requests_ambiguous_is_a_warning(tmp_path, text, told):
    found = problems(tmp_path, HEAD + text, "warning")
    assert found
    assert told in found[0]
