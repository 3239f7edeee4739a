import pytest

from clischema.samples import real_schemas, write_carapace, write_sample
from sayso.clischema import parse_line, risk_of, scope_of
from sayso.clischema.checks import check_schema
from sayso.clischema.from_carapace import from_carapace
from sayso.errors import SchemaError


@pytest.fixture
def oven(tmp_path):
    return from_carapace(write_carapace(tmp_path))


def test_the_tree_of_files_is_the_tree_of_commands(oven):
    assert [" ".join(path) for path, _ in oven.schema.walk()] == ["", "bake", "clean", "shelf", "shelf remove"]
    assert oven.schema.description == "Heat things"
    assert oven.notes == ("hidden commands are left out: secret", "`oven bake`: [-- <raw>...] is left out")


def test_flags_and_options_are_told_by_their_marks(oven):
    scope = scope_of(oven.schema, ["bake"])
    kinds = {name: (one.type, one.required, one.repeatable, one.value_optional) for name, one in scope.arguments.items()}
    assert kinds == {
        "bake-recipe": ("string", True, False, False),
        "tin": ("string", False, True, False),
        "limit": ("integer", False, False, False),
        "state": ("enum", False, False, False),
        "level": ("enum", False, False, False),
        "label": ("string", False, True, False),
        "title": ("string", True, False, False),
        "sign": ("string", False, False, True),
        "from-file": ("path", False, False, False),
        "recipe": ("string", False, False, False),
        "C": ("string", False, False, False),
    }
    assert scope.arguments["state"].values == ("raw", "baked", "burnt")
    assert (scope.arguments["limit"].default, scope.arguments["level"].default) == (12, "loud")
    assert {name: flag.repeatable for name, flag in scope.flags.items()} == {"verbose": True, "quiet": False}
    assert scope.arguments["C"].spellings == ("-C",)


def test_aliases_groups_and_persistent_flags_are_kept(oven):
    command = parse_line(oven.schema, "oven -C big cook bread tin1 tin2 --title x -q")
    assert command.path == ("bake",)
    assert command.args == {"bake-recipe": "bread", "tin": ("tin1", "tin2"), "title": "x", "C": "big"}
    assert command.flags == ("quiet",)
    assert parse_line(oven.schema, "oven shelf --all").path == ("shelf",)
    assert parse_line(oven.schema, "oven shelf remove --all").flags == ("all",)
    assert risk_of(oven.schema, ("shelf", "remove")) == "destructive"


def test_where_no_usage_is_told_a_command_may_be_given_anything(tmp_path):
    for name in ("t", "t.add", "t.log", "t.stash", "t.stash.pop"):
        write_sample(tmp_path, f"name: {name.rpartition('.')[2]}\n", f"{name}.yaml")
    found = from_carapace(tmp_path)
    assert parse_line(found.schema, "t add a b").args == {"args": ("a", "b")}
    assert "positionals are told by 0 of 3 commands" in found.notes[0]
    assert parse_line(found.schema, "t stash").path == ("stash",)


@pytest.mark.parametrize(
    ("files", "name", "told"),
    [
        ({}, None, "there are no YAML files"),
        ({"a": "name: a\n", "b": "name: b\n"}, None, "here are several tools; choose one with --name: a, b"),
        ({"a": "name: a\n", "bb": "name: bb\n"}, "b", "here is no 'b'; did you mean 'bb'"),
        ({"a.b": "name: b\n"}, None, "a.yaml, is missing"),
        ({"a": "- x\n"}, None, "no command of carapace"),
        ({"a": "name: a\nflags: [x]\n"}, None, "`flags` maps names to descriptions"),
        ({"a": "name: a\nflags: {web: x}\n"}, None, "`web` is no flag as carapace writes it"),
        ({"a": "name: [\n"}, None, "not valid YAML"),
    ],
)
def test_a_folder_that_is_none_of_carapaces_is_told_so(tmp_path, files, name, told):
    for file, text in files.items():
        write_sample(tmp_path, text, f"{file}.yaml")
    with pytest.raises(SchemaError, match=told):
        from_carapace(tmp_path, name)


@pytest.mark.parametrize(("tool", "commands"), [("gh", 190), ("git", 250), ("docker", 130)])
def test_tools_that_are_used_are_imported_without_an_error(tool, commands):
    found = from_carapace(real_schemas(tool))
    assert len(list(found.schema.runnable_commands())) > commands
    assert [problem for problem in check_schema(found.schema) if problem.severity == "error"] == []
