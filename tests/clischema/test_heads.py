"""The heads that a tool's schema asks for."""

from sayso.clischema import CommandSchema, Flag, Schema
from sayso.clischema.heads import RARE, USUAL, heads_of


def tool(flags):
    return Schema("bake", commands=(CommandSchema("oven", flags=tuple(Flag(f"flag{number}") for number in range(flags))),))


def test_each_flag_of_a_large_tool_counts_as_much_as_each_of_a_usual_one():
    assert heads_of(tool(5))["flags"]["loss_weight"] == heads_of(tool(USUAL))["flags"]["loss_weight"] == RARE
    assert heads_of(tool(20 * USUAL))["flags"]["loss_weight"] == 20 * RARE


def test_a_tool_without_flags_and_arguments_has_no_heads_for_them():
    assert {*heads_of(tool(0))} == {"command", "kind"}
