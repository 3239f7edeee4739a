import pytest

from clischema.samples import write_sample
from sayso.clischema import CommandSchema, Flag, command_risk, flag_risk, risk_of
from sayso.clischema.read import read_schema


@pytest.mark.parametrize(
    ("name", "description", "risk"),
    [
        ("list", "", "read"),
        ("diff-files", "", "read"),
        ("delete", "", "destructive"),
        ("delete-asset", "", "destructive"),
        ("field-delete", "", "destructive"),
        ("show", "Delete what is shown", "destructive"),
        ("outputs", "List what came out", "read"),
        ("branch", "List, create, or delete branches", "write"),
        ("commit-tree", "Create a new commit object", "write"),
        ("merge", "Merge a pull request", "write"),
        ("listen", "", "write"),
        ("frobnicate", "", "write"),
    ],
)
def test_a_command_that_declares_no_risk_has_one_by_its_name(name, description, risk):
    assert command_risk(CommandSchema(name, description)) == risk


def test_what_is_declared_counts():
    assert command_risk(CommandSchema("delete", risk="read")) == "read"
    assert flag_risk(Flag("force", risk="write")) == "write"


@pytest.mark.parametrize(
    ("name", "risk"),
    [("force", "destructive"), ("delete-branch", "destructive"), ("no-force", None), ("squash", None), ("hard", "destructive")],
)
def test_flags_such_as_force_destroy(name, risk):
    assert flag_risk(Flag(name)) == risk


def test_a_flag_that_is_told_to_delete_destroys():
    assert flag_risk(Flag("D", "delete branch (even if not merged)")) == "destructive"


def test_a_flag_can_make_a_command_worse_and_never_better(tmp_path):
    schema = read_schema(write_sample(tmp_path))
    assert risk_of(schema, ("order", "list"), ["web"]) == "read"
    assert risk_of(schema, ("order", "cancel")) == "write"
    assert risk_of(schema, ("order", "cancel"), ["force"]) == "destructive"
    assert risk_of(schema, ("order", "archive")) == "destructive"
