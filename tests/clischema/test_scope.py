import pytest

from clischema.samples import write_sample
from sayso.clischema import scope_of
from sayso.clischema.read import read_schema

TEXT = """\
cli_name: t
positionals: declared
args: [{name: config}, {name: repo, inherited: true}]
flags: [{name: quiet, inherited: true}, {name: debug}]
commands:
  - name: group
    args: [{name: what, positional: true}]
    subcommands:
      - name: go
        args: [{name: config, type: path}, {name: place, positional: true}]
"""


@pytest.fixture
def scope(tmp_path):
    return scope_of(read_schema(write_sample(tmp_path, TEXT)), ("group", "go"))


def test_a_command_has_its_own_arguments_and_those_of_the_groups_around_it(scope):
    assert list(scope.arguments) == ["place", "config", "repo"]
    assert list(scope.flags) == ["quiet", "debug"]
    assert scope.arguments["config"].type == "path"


def test_inherited_options_stand_with_the_command_and_others_before_the_subcommand(scope):
    assert scope.levels == {"place": 2, "config": 2, "repo": 2, "quiet": 2, "debug": 0}
