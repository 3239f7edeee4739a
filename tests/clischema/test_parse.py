import pytest

from clischema.samples import write_sample
from sayso.clischema import Command, parse, parse_line
from sayso.clischema.read import read_schema
from sayso.errors import CommandError


@pytest.fixture(scope="module")
def bake(tmp_path_factory):
    return read_schema(write_sample(tmp_path_factory.mktemp("bake")))


@pytest.mark.parametrize(
    ("line", "path", "args", "flags"),
    [
        ("bake orders ls -wL5", "order list", {"limit": 5}, ["web"]),
        ("bake order list --limit=5 --web", "order list", {"limit": 5}, ["web"]),
        ("bake -C main order list", "order list", {"shop": "main"}, []),
        ("bake -q order list", "order list", {}, ["quiet"]),
        ("bake order cancel --reason late 7 -f", "order cancel", {"number": 7, "reason": "late"}, ["force"]),
        ("bake order archive -S", "order archive", {"sign": True}, []),
        ("bake order archive -Sme", "order archive", {"sign": "me"}, []),
        ("bake run -vve A=1 big ls -l", "run", {"oven": "big", "program": "ls", "words": ("-l",), "env": ("A=1",)}, ["verbose"] * 2),
        ("bake copy 'a b' -", "copy", {"sources": ("a b",), "dest": "-"}, []),
    ],
)
def test_a_line_may_be_typed_in_all_the_usual_ways(bake, line, path, args, flags):
    assert parse_line(bake, line) == Command(tuple(path.split()), args, tuple(flags))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "this is no command of `bake`"),
        ("bak order list", "this is no command of `bake`"),
        ("bake ordr list", "`bake`: there is no command 'ordr'; did you mean 'order'?"),
        ("bake order", "it needs a subcommand: list, cancel, archive"),
        ("bake order list --stat open", "there is no option --stat; did you mean --state"),
        ("bake order list --state", "--state needs a value"),
        ("bake order list --state brewed", "state: 'brewed' is none of its values"),
        ("bake order list --limit x", "limit: 'x' is no whole number"),
        ("bake order list --limit 101", "limit: 101 is more than 100"),
        ("bake order list --limit 1 -L 2", "'limit' is given twice"),
        ("bake order list --web=yes", "--web takes no value"),
        ("bake order list --web --web", "the flag 'web' is there twice"),
        ("bake order list five", "1 positional arguments are given; it takes none"),
        ("bake order cancel", "0 positional arguments are given; it takes number"),
        ("bake order cancel 7 --refund --no-refund", "refund and no-refund exclude each other"),
        ("bake order list --shop main", "there is no option --shop"),
        ("bake order list 'x", "the quotes do not match"),
    ],
)
def test_what_does_not_fit_is_told(bake, line, told):
    with pytest.raises(CommandError) as error:
        parse_line(bake, line)
    assert told.replace("'", "") in str(error.value).replace("'", "")


def test_an_option_of_the_group_that_the_command_has_too_is_refused(tmp_path):
    text = "cli_name: t\npositionals: declared\nargs: [{name: config}]\ncommands: [{name: go, args: [{name: config}]}]\n"
    schema = read_schema(write_sample(tmp_path, text))
    assert parse(schema, ["t", "go", "--config", "x"]).args == {"config": "x"}
    with pytest.raises(CommandError, match="'config' stands before the subcommand"):
        parse(schema, ["t", "--config", "x", "go"])


def test_a_tool_without_commands_is_its_own_command(tmp_path):
    schema = read_schema(
        write_sample(tmp_path, "cli_name: t\nargs: [{name: url, type: url, required: true}]\nflags: [{name: fail, short: f}]\n")
    )
    command = parse(schema, ["t", "-f", "http://x"])
    assert (command.path, command.args, command.flags) == ((), {"url": "http://x"}, ("fail",))
