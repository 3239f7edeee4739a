import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clischema.commands import commands
from clischema.samples import real_schemas, write_carapace, write_sample
from sayso.clischema import Command, checked, parse, scope_of, to_argv
from sayso.clischema.argv import assigned
from sayso.clischema.importing import import_schema
from sayso.clischema.read import read_schema
from sayso.errors import CommandError

OFTEN = settings(max_examples=150, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def bake(tmp_path_factory):
    return read_schema(write_sample(tmp_path_factory.mktemp("bake")))


def comes_back(schema, drawn):
    argv = to_argv(schema, drawn)
    assert all(isinstance(word, str) for word in argv)
    assert parse(schema, argv) == checked(schema, drawn)


@OFTEN
@given(st.data())
def test_what_is_written_as_an_argv_is_read_back_the_same(bake, data):
    comes_back(bake, data.draw(commands(bake)))


@OFTEN
@given(st.data())
def test_so_it_is_with_an_imported_schema(tmp_path_factory, data):
    schema = import_schema(str(write_carapace(tmp_path_factory.mktemp("oven")))).schema
    comes_back(schema, data.draw(commands(schema)))


@pytest.mark.parametrize("name", ["gh-nested.yaml", "gh", "git", "docker"])
def test_so_it_is_with_tools_that_are_used(name):
    schema = import_schema(str(real_schemas(name))).schema

    @settings(OFTEN, max_examples=100)
    @given(st.data())
    def every_command(data):
        comes_back(schema, data.draw(commands(schema)))

    every_command()


@pytest.mark.parametrize(
    ("path", "args", "flags", "argv"),
    [
        ("order list", {}, [], "bake order list"),
        ("order list", {"limit": 5, "state": "baked"}, ["web"], "bake order list --state baked --limit 5 --web"),
        ("order list", {"label": ["a", "b"]}, [], "bake order list --label a --label b"),
        ("order list", {"shop": "main"}, ["quiet"], "bake --shop main order list --quiet"),
        ("order cancel", {"reason": "late", "number": 7}, ["force", "refund"], "bake order cancel 7 --reason late --refund --force"),
        ("order cancel", {"number": -7}, ["refund"], "bake order cancel --refund -- -7"),
        ("order archive", {"weight": 2.0, "confirm": False}, [], "bake order archive --weight=2 --confirm false"),
        ("order archive", {"sign": True}, [], "bake order archive --sign"),
        ("order archive", {"sign": "me"}, [], "bake order archive --sign=me"),
        ("copy", {"sources": ["a", "b"], "dest": "c"}, [], "bake copy a b c"),
        ("run", {"oven": "big", "program": "ls", "words": ["-l", "--"]}, ["verbose"], "bake run --verbose big ls -l --"),
        ("stash", {"what": "dough"}, [], "bake stash dough"),
        ("stash", {"what": "pop"}, [], "bake stash -- pop"),
        ("stash pop", {}, [], "bake stash pop"),
    ],
)
def test_positionals_come_first_then_options_then_flags_in_the_schemas_order(bake, path, args, flags, argv):
    assert to_argv(bake, Command(tuple(path.split()), args, tuple(flags))) == argv.split()


def test_a_value_that_looks_like_an_option_stays_a_value(bake):
    assert to_argv(bake, Command(("order", "list"), {"label": ["--web"]})) == ["bake", "order", "list", "--label=--web"]


def test_words_are_never_split_or_quoted(bake):
    assert to_argv(bake, Command(("copy",), {"sources": ["a b; rm *"], "dest": "$HOME"}))[2:] == ["a b; rm *", "$HOME"]


def test_an_optional_positional_needs_the_one_before_it(bake):
    with pytest.raises(CommandError, match="'words' can only be given together with 'program'"):
        to_argv(bake, Command(("run",), {"oven": "big", "words": ["x"]}))


def test_words_go_to_required_positionals_first(bake):
    assert assigned(scope_of(bake, ["copy"]).positionals, 4) == [3, 1]
    assert assigned(scope_of(bake, ["run"]).positionals, 1) == [1, 0, 0]
    assert assigned(scope_of(bake, ["run"]).positionals, 0) is None
    assert assigned(scope_of(bake, ["stash"]).positionals, 2) is None
