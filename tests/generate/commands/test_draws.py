"""Values that people say for an argument."""

import re

import pytest

from sayso.clischema import Argument
from sayso.clischema.said import meant
from sayso.generate.commands.draws import draw
from sayso.generate.commands.roles import role_of
from sayso.generate.dice import Dice


def drawn(argument, number=60):
    dice = Dice(1, "draws")
    return [draw(argument, role_of(argument), dice) for _ in range(number)]


@pytest.mark.parametrize("pattern", [r"\d{4}\.\d{2}", r"\d+[smhd]", "PX-[0-9]{6}", "[a-z][a-z0-9-]*"])
def test_what_has_a_pattern_is_drawn_after_it(pattern):
    values = drawn(Argument("code", pattern=pattern))
    assert all(re.fullmatch(pattern, value) for value in values) and len(set(values)) > 5
    assert max(map(len, values)) < 40


@pytest.mark.parametrize("ends", [(1000, 9999), (5, None), (None, 3), (1, 1)])
def test_numbers_of_a_range_are_found_within_it(ends):
    argument = Argument("count", type="integer", range=ends)
    assert any(meant(argument, value) is not None for value in drawn(argument))


def test_what_a_description_shows_is_said_too():
    assert {"30m", "2h"} <= set(drawn(Argument("since", description="Only lines newer than this, such as 30m or 2h")))


def test_a_thing_may_be_called_anything():
    values = drawn(Argument("customer"), 300)
    assert any(re.fullmatch(r"[A-Z]{1,3}-?\d{2,7}", value) for value in values), "codes"
    assert any(re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", value) for value in values), "names of two words"
    assert len(set(values)) > 200


def test_the_same_dice_draw_the_same():
    assert drawn(Argument("customer")) == drawn(Argument("customer"))
