import pytest

from clischema.samples import write_sample
from sayso.clischema import Command, checked, missing, scope_of
from sayso.clischema.read import read_schema
from sayso.errors import CommandError


@pytest.fixture(scope="module")
def bake(tmp_path_factory):
    return read_schema(write_sample(tmp_path_factory.mktemp("bake")))


def test_a_command_has_the_json_form_of_the_training_data():
    command = Command(("order", "list"), {"limit": 5, "label": ("a", "b")}, ("web",), 0.95)
    document = {
        "type": "command",
        "command": "order",
        "subcommand": "list",
        "args": {"limit": 5, "label": ["a", "b"]},
        "flags": ["web"],
        "confidence": 0.95,
    }
    assert command.to_json() == document
    assert Command.from_json(document).to_json() == document


@pytest.mark.parametrize(
    ("path", "command", "subcommand"),
    [((), None, None), (("copy",), "copy", None), (("trust", "signer", "add"), "trust", "signer add")],
)
def test_a_path_of_any_depth_has_a_command_and_a_subcommand(path, command, subcommand):
    document = Command(path).to_json()
    assert (document["command"], document["subcommand"]) == (command, subcommand)
    assert Command.from_json(document).path == path


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("merge", "this is no command"),
        ({"type": "clarification", "message": "?"}, "this is no command"),
        ({"command": "order", "arg": {}}, "a command has no 'arg'; did you mean 'args'"),
        ({"command": 5}, "`command` and `subcommand` are text"),
        ({"command": "order", "args": []}, None),
        ({"command": "order", "args": ["x"]}, "`args` maps names to values"),
        ({"command": "order", "flags": "web"}, "`flags` is a list"),
        ({"command": "order", "flags": [1]}, "`flags` is a list"),
        ({"command": "order", "confidence": "high"}, "`confidence` is a number"),
        ({"subcommand": "list"}, "without a command"),
    ],
)
def test_json_of_another_form_is_refused(document, told):
    if told is None:
        assert Command.from_json(document).args == {}
        return
    with pytest.raises(CommandError, match=told):
        Command.from_json(document)


def test_everything_that_is_wrong_is_told_at_once(bake):
    wrong = Command(("order", "cancel"), {"reason": "lat", "nr": 1}, ("refund", "no-refund", "web"))
    with pytest.raises(CommandError) as error:
        checked(bake, wrong)
    for told in (
        "'lat' is none of its values; did you mean 'late'",
        "no argument 'nr'",
        "no flag 'web'",
        "'number' is missing",
        "exclude each other",
    ):
        assert told in str(error.value)


@pytest.mark.parametrize("value", ["5", 5.0, True, 0, 101, None, [5]])
def test_a_value_of_another_type_is_refused(bake, value):
    with pytest.raises(CommandError, match="limit: "):
        checked(bake, Command(("order", "list"), {"limit": value}))


@pytest.mark.parametrize("value", ["a\0b", "\ud800", 5, None])
def test_text_that_no_program_can_be_given_is_refused(bake, value):
    with pytest.raises(CommandError, match="label: "):
        checked(bake, Command(("order", "list"), {"label": [value]}))


def test_arguments_and_flags_come_in_the_schemas_order_whatever_they_came_in(bake):
    command = checked(bake, Command(("order", "cancel"), {"reason": "late", "number": 7}, ("force", "refund")))
    assert (list(command.args), command.flags) == (["number", "reason"], ("refund", "force"))


def test_a_required_argument_that_is_missing_is_known_by_name(bake):
    scope = scope_of(bake, ("copy",))
    assert [argument.name for argument in missing(scope, Command(("copy",), {"dest": "x"}))] == ["sources"]


def test_an_unknown_command_is_answered_with_the_nearest(bake):
    with pytest.raises(CommandError, match="`bake order` has no command 'lst'; did you mean 'list'"):
        scope_of(bake, ("order", "lst"))
    with pytest.raises(CommandError, match="`bake copy` has no subcommands"):
        scope_of(bake, ("copy", "x"))
