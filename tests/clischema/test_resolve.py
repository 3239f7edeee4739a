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
