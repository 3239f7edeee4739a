import pytest

from clischema.samples import BAKE, real_schemas, write_sample
from sayso.clischema.read import check_file, read_schema
from sayso.errors import SchemaError

SEED = """\
cli_name: "mycli"
description: "A tool"
commands:
  - name: "pr"
    description: "Work with pull requests"
    aliases: ["pull request", prs]
    subcommands:
      - name: "list"
        description: "List them"
        args:
          - name: "state"
            type: enum
            values: [open, closed]
            default: "open"
          - name: "limit"
            type: "integer"
            required: false
            default: 30
      - name: "comment"
        args:
          - {name: number, type: integer, required: true}
          - {name: body, type: string, required: true}
        flags:
          - name: "web"
            short: "w"
            description: "Open in the browser"
      - name: view
        args: [{name: run_id}]
"""


def test_the_seeds_form_is_read(tmp_path):
    schema = read_schema(write_sample(tmp_path, SEED))
    listing, comment, _ = schema.commands[0].subcommands
    assert (schema.name, schema.commands[0].aliases) == ("mycli", ("pull request", "prs"))
    assert [(one.name, one.type, one.values, one.default) for one in listing.args] == [
        ("state", "enum", ("open", "closed"), "open"),
        ("limit", "integer", (), 30),
    ]
    assert comment.flags[0].spellings == ("--web", "-w")


def test_a_file_that_says_nothing_of_positionals_is_guessed_at_and_told_so(tmp_path):
    checked = check_file(write_sample(tmp_path, SEED))
    taken = [argument.name for _, command in checked.schema.walk() for argument in command.positionals]
    assert taken == ["number", "run_id"]
    [note] = [problem for problem in checked.problems if problem.severity == "note"]
    assert "these 2 are guessed to be: comment number, view run_id" in note.message


@pytest.mark.parametrize("end", ["positionals: declared\n", "flags: []\nargs: [{name: x, positional: false}]\n"])
def test_a_file_that_says_something_of_positionals_is_believed(tmp_path, end):
    schema = read_schema(write_sample(tmp_path, SEED + end))
    assert [command for _, command in schema.walk() if command.positionals] == []


def test_everything_that_can_be_said_is_read(tmp_path):
    schema = read_schema(write_sample(tmp_path, BAKE))
    cancel = schema.root.subcommand("order").subcommand("cancel")
    number, reason = cancel.args
    assert number.context.resolve({"order": {"current": 7}}) == 7
    assert (reason.type, reason.values, reason.synonyms) == ("enum", ("late", "spoiled", "other"), {"late": ("too late", "delayed")})
    assert schema.root.subcommand("orders").subcommand("ls").flags[0].natural_language == ("in the browser",)


def test_a_binding_may_put_several_facts_together(tmp_path):
    text = "cli_name: t\nargs: [{name: repo, context: '{git.owner}/{git.name}'}]\n"
    binding = read_schema(write_sample(tmp_path, text)).args[0].context
    assert binding.resolve({"git": {"owner": "me", "name": "it"}}) == "me/it"
    assert binding.resolve({"git": {"owner": "me"}}) is None
    assert binding.resolve(None) is None


BROKEN = """\
cli_name: t
comands: []
commands:
  - name: list
    risk: dangerous
    args:
      - name: state
        type: strng
      - name: limit
        type: integer
        default: many
      - requierd: true
    flags:
      - name: web
        short: w
      - name: wide
        short: w
  - name: list
  - description: nothing
"""


def test_all_problems_are_listed_each_with_its_line_and_the_nearest_right_name(tmp_path):
    file = write_sample(tmp_path, BROKEN)
    found = {(problem.line, problem.message) for problem in check_file(file).problems}
    assert found == {
        (2, "there is no key 'comands' here; did you mean 'commands'?"),
        (5, "there is no risk 'dangerous'; known are read, write, destructive"),
        (8, "there is no type 'strng'; did you mean 'string'?"),
        (11, "`t list`, limit: the default 'many' is no whole number"),
        (12, "there is no key 'requierd' here; did you mean 'required'?"),
        (12, "`name` is missing"),
        (17, "`t list`: -w is both 'web' and 'wide'"),
        (18, "`t` has two commands 'list'; keep one"),
        (19, "`name` is missing"),
    }
    with pytest.raises(SchemaError) as error:
        read_schema(file)
    assert str(error.value).count(str(file)) == 9


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a schema is a mapping"),
        ("- a\n", "a schema is a mapping"),
        ("cli_name: [", "not valid YAML"),
        ("cli_name: t\ncli_name: u\n", "given twice"),
        ("cli_name: t\n", "there is nothing in this schema"),
        ("commands: [{name: x}]\n", "`cli_name` is missing"),
        ("cli_name: a b\ncommands: [{name: x}]\n", "is one word"),
        ("cli_name: 7\ncommands: [{name: x}]\n", "`cli_name` must be text; put it in quotes (found 7)"),
        ("cli_name: t\ncommands: {name: x}\n", "`commands` must be a list"),
        ("cli_name: t\ncommands: [x]\n", "`commands` must be a mapping"),
        ("cli_name: t\ncommands: [{name: on}]\n", "must be text; put it in quotes (found True)"),
        ("cli_name: t\nargs: [{name: x, type: {list: string}}]\n", "`type` is a name or {enum: [values]}"),
        ("cli_name: t\nargs: [{name: x, type: {enum: [yes, no]}}]\n", "must be text; put it in quotes (found True)"),
        ("cli_name: t\npositionals: maybe\ncommands: [{name: x}]\n", "`positionals` is declared or inferred"),
    ],
)
def test_a_file_that_is_no_schema_is_told_in_a_line(tmp_path, text, told):
    with pytest.raises(SchemaError) as error:
        read_schema(write_sample(tmp_path, text))
    assert told in str(error.value)
    assert "unnamed" not in str(error.value)


def test_the_schema_in_use_is_read_as_it_is():
    checked = check_file(real_schemas("gh-nested.yaml"))
    assert len(list(checked.schema.runnable_commands())) == 29
    assert {problem.severity for problem in checked.problems} == {"warning", "note"}
