"""A command put together from what was said and from where it was said."""

import pytest

from sayso.clischema import Argument, Binding, CommandSchema, Flag, Schema
from sayso.clischema.resolve import THIS, resolve

NUMBER = Argument("number", type="integer", positional=True, required=True, context=Binding("order.current"))
HINTED = Argument("number", type="integer", positional=True, context=Binding("order.current", implicit=True))
SHOP = Argument("shop", context=Binding("{shop.city}/{shop.name}"))
BAKE = Schema(
    "bake",
    commands=(
        CommandSchema("cancel", args=(NUMBER,), flags=(Flag("force"),)),
        CommandSchema("show", args=(HINTED, SHOP)),
        CommandSchema("list", args=(Argument("limit", type="integer", required=True, default=30),)),
    ),
)
HERE = {"order": {"current": 7}, "shop": {"city": "Rome", "name": "Forno"}}


def test_what_is_said_counts_more_than_the_context():
    assert resolve(BAKE, ["cancel"], {"number": 3}, ["force"], HERE).command.args == {"number": 3}


def test_what_is_pointed_at_comes_from_the_context():
    found = resolve(BAKE, ["cancel"], {"number": THIS}, (), HERE)
    assert (found.command.args, found.missing) == ({"number": 7}, ())


@pytest.mark.parametrize("current", [None, "", "seven-ish", {}, []])
@pytest.mark.parametrize("context", [None, {}, {"order": None}, {"order": {"current": ...}}, {"order": 7}])
def test_what_the_context_does_not_have_is_missing(context, current):
    if context == {"order": {"current": ...}}:
        context = {"order": {"current": current}}
    assert resolve(BAKE, ["cancel"], {"number": THIS}, (), context).missing == (NUMBER,)


def test_a_required_argument_is_not_taken_from_the_context_unless_it_is_pointed_at():
    assert resolve(BAKE, ["cancel"], {}, (), HERE).missing == (NUMBER,)


def test_an_implicit_argument_is_taken_from_the_context_or_missing():
    assert resolve(BAKE, ["show"], {}, (), HERE).command.args == {"number": 7}
    assert resolve(BAKE, ["show"], {}, (), None).missing == (HINTED,)


def test_several_places_of_the_context_make_one_value():
    assert resolve(BAKE, ["show"], {"number": 1, "shop": THIS}, (), HERE).command.args["shop"] == "Rome/Forno"
    assert resolve(BAKE, ["show"], {"number": 1, "shop": THIS}, (), {"shop": {"city": "Rome"}}).missing == (SHOP,)


def test_a_required_argument_with_a_default_is_never_missing():
    found = resolve(BAKE, ["list"], {})
    assert (dict(found.command.args), found.missing) == ({}, ())


PLAIN = Schema(
    "gh",
    commands=(
        CommandSchema(
            "pr",
            aliases=("pull-request",),
            subcommands=(
                CommandSchema("view", args=(Argument("number", type="integer", positional=True, required=True), Argument("app-name"))),
            ),
        ),
    ),
)


@pytest.mark.parametrize(
    ("context", "found"),
    [
        ({"git": {"current_pr": 42}}, 42),
        ({"pull_request": 42}, 42),
        ({"number": "42"}, 42),
        ({"current_issue": 42}, None),
        ({"current_pr": 42, "number": 43}, None),
        ({"current_pr": 42, "number": 42}, 42),
        ({"current_pr": None}, None),
        ({"current_pr": "main"}, None),
        (None, None),
    ],
)
def test_what_is_pointed_at_without_a_binding_is_found_under_its_own_name_or_its_groups(context, found):
    resolved = resolve(PLAIN, ("pr", "view"), {"number": THIS}, (), context)
    assert resolved.command.args.get("number") == found
    assert bool(resolved.missing) == (found is None)


def test_only_what_the_command_is_about_is_found_under_the_groups_name():
    said = {"number": 1, "app-name": THIS}
    assert resolve(PLAIN, ("pr", "view"), said, (), {"current_pr": 42}).missing
    assert resolve(PLAIN, ("pr", "view"), said, (), {"current_app_name": "shop"}).command.args["app-name"] == "shop"
