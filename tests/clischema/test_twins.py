"""One command under two names: it is one label, and either name is understood."""

from sayso.clischema import Command, CommandSchema, Flag, Schema, checked, parse_line
from sayso.clischema.heads import COMMAND, heads_of
from sayso.project import Head

LS = {"description": "List containers", "flags": (Flag("all"),)}
DOCKER = Schema(
    "docker",
    commands=(
        CommandSchema("container", subcommands=(CommandSchema("ls", **LS), CommandSchema("rm", "Remove containers"))),
        CommandSchema("ps", **LS),
        CommandSchema("top", "List containers"),
    ),
)


def test_commands_that_say_and_take_the_same_are_one_with_the_shorter_path():
    assert dict(DOCKER.twins) == {("container", "ls"): ("ps",)}
    assert [path for path, _ in DOCKER.distinct_commands()] == [("container", "rm"), ("ps",), ("top",)]


def test_either_name_is_read_as_the_usual_one():
    assert parse_line(DOCKER, "docker container ls --all").path == ("ps",)
    assert checked(DOCKER, Command(("container", "ls"))).path == ("ps",)


def test_the_other_name_is_known_in_data():
    head = Head.model_validate(heads_of(DOCKER)[COMMAND])
    assert "container ls" not in head.labels
    assert head.label_named("container ls") == "ps"
    assert head.label_named("nothing") == "nothing"
