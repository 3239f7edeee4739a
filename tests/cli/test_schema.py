import json

import pytest

from clischema.samples import write_carapace, write_sample
from sayso.cli.schema import schema
from sayso.errors import CheckFailed, CommandError, UsageError


@pytest.fixture
def printed(capsys):
    def of(*args, **options):
        capsys.readouterr()
        schema(*args, **options)
        return capsys.readouterr().out

    return of


@pytest.fixture
def project(tmp_path):
    write_sample(tmp_path / "schemas")
    return tmp_path


def test_the_projects_schemas_are_listed(project, printed):
    header, row, *_ = printed(project=project).splitlines()
    assert header.split() == ["name", "commands", "errors", "warnings", "from", "file"]
    assert row.split()[:5] == ["bake", "8", "0", "0", "project"]
    document = json.loads(printed(project=project, as_json=True))
    assert document["schemas"][0]["name"] == "bake"


def test_a_broken_schema_is_listed_as_such(project, printed):
    write_sample(project / "schemas", "cli_name: [", "a.yaml")
    write_sample(project / "schemas", "cli_name: b\n", "b.yaml")
    rows = json.loads(printed(project=project, as_json=True))["schemas"]
    assert [(row["name"], row["commands"], row["errors"]) for row in rows[:3]] == [("a", None, 1), ("b", None, 1), ("bake", 8, 0)]


def test_a_check_prints_every_problem_with_its_line_and_fails_on_errors(tmp_path, capsys):
    file = write_sample(tmp_path, "cli_name: t\ncommands:\n  - name: a\n    alias: [x]\n  - name: a\n")
    with pytest.raises(CheckFailed, match=r"bake\.yaml does not hold"):
        schema("check", [str(file)])
    out, err = capsys.readouterr()
    assert f"{file}:4: error: there is no key 'alias' here; did you mean 'aliases'?" in out.splitlines()
    assert f"{file}:5: error: `t` has two commands 'a'; keep one" in out.splitlines()
    assert "2 errors, 0 warnings, 0 notes" in err


def test_a_check_of_a_project_reads_all_its_schemas(project, capsys):
    schema("check", project=project)
    assert "8 commands, 0 errors, 0 warnings, 0 notes" in capsys.readouterr().err


def test_warnings_fail_a_check_only_when_it_is_strict(tmp_path, printed):
    file = write_sample(tmp_path, "cli_name: t\ncommands: [{name: a, aliases: [x]}, {name: b, aliases: [x]}]\n")
    assert "warning: `t`: the alias 'x' may be a or b" in printed("check", [str(file)])
    with pytest.raises(CheckFailed):
        schema("check", [str(file)], strict=True)


def test_a_check_as_json_is_one_document_failed_or_not(tmp_path, capsys):
    file = write_sample(tmp_path, "cli_name: t\n")
    with pytest.raises(CheckFailed):
        schema("check", [str(file)], as_json=True)
    [document] = json.loads(capsys.readouterr().out)["files"]
    assert (document["errors"], document["commands"], document["problems"][0]["line"]) == (1, None, 1)


def test_the_tree_of_commands_is_shown(project, printed):
    lines = printed("show", ["bake"], project=project).splitlines()
    assert lines[:4] == [
        "bake  Run a bakery from the terminal",
        "  order  Work with orders",
        "    list [read]  List orders",
        "    cancel [write]  Cancel an order",
    ]


def test_one_command_is_shown_with_all_that_can_be_said(project, printed):
    text = printed("show", ["bake", "orders", "ls"], project=project)
    assert text.startswith("bake order list [options]\nList orders\nalso called: ls, show\nrisk: read (by its name)\n")
    assert "  --limit, -L  integer; default 30\n" in text
    assert "  --web, -w    asked for as in the browser\n" in text
    assert "bake order list --web    (show me the orders in the browser)" in text


def test_a_command_as_json_has_its_usage_and_its_risk(project, printed):
    document = json.loads(printed("show", ["bake", "order", "archive"], project=project, as_json=True))
    assert (document["path"], document["usage"]) == (["order", "archive"], "bake order archive [options]")
    assert (document["risk"], document["risk_is_declared"]) == ("destructive", True)
    assert json.loads(printed("show", ["bake"], project=project, as_json=True))["cli_name"] == "bake"


def test_a_command_that_is_not_there_is_answered_with_the_nearest(project):
    with pytest.raises(CommandError, match="`bake order` has no command 'lsit'; did you mean 'list'"):
        schema("show", ["bake", "order", "lsit"], project=project)


def test_an_import_is_written_where_it_is_wanted_and_can_be_checked(tmp_path, printed, capsys):
    source = write_carapace(tmp_path / "oven")
    assert printed("import", [str(source)], output=tmp_path / "out" / "oven.yaml") == ""
    schema("import", [str(source)], output=tmp_path / "out" / "oven.yaml")
    assert "[-- <raw>...] is left out" in capsys.readouterr().err
    schema("check", [str(tmp_path / "out" / "oven.yaml")])
    assert printed("import", [str(source)]) == (tmp_path / "out" / "oven.yaml").read_text()


def test_an_import_as_json_holds_the_schema_and_what_it_left_out(tmp_path, printed):
    document = json.loads(printed("import", [str(write_carapace(tmp_path))], as_json=True))
    assert document["schema"]["cli_name"] == "oven"
    assert document["notes"] == ["hidden commands are left out: secret", "`oven bake`: [-- <raw>...] is left out"]


def test_sayso_itself_can_be_imported(printed):
    document = json.loads(printed("import", ["sayso.cli.app:app"], name="sayso", as_json=True))
    assert "schema" in [command["name"] for command in document["schema"]["commands"]]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ((("show",), {}), "say which schema"),
        ((("import",), {}), "say one source"),
        ((("list", ["gh"]), {}), "lists everything"),
        ((("check", ["gh"]), {"name": "x"}), "--output and --name go with"),
        ((("list",), {"strict": True}), "--strict goes with"),
    ],
)
def test_a_call_that_makes_no_sense_is_told(call, told):
    args, options = call
    with pytest.raises(UsageError, match=told):
        schema(*args, **options)


def test_a_check_without_a_schema_is_told(tmp_path):
    with pytest.raises(UsageError, match="say which schema"):
        schema("check", project=tmp_path)
