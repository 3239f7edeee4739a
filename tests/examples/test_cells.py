import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.errors import DataError
from sayso.examples.cells import from_cell, to_cell

RISKY = ["=1+1", "+39 02 1234", "-5", "@SUM(A1)", "\tx", "\rx", "\n=x", "  =x", "＝1", "'=1", "''-1"]


@pytest.mark.parametrize("text", RISKY)
def test_what_a_spreadsheet_would_run_is_guarded(text):
    assert to_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["who calls login", "'quoted'", "a=b", "è -", "'", "5", ""])
def test_any_other_text_is_left_as_it_is(text):
    assert to_cell(text) == text


@given(st.text(st.sampled_from("'=+-@\t\r\n ＝a")))
def test_reading_takes_off_the_guard_and_nothing_else(text):
    assert from_cell("text", to_cell(text), {}, "a.csv", 1) == text


def test_lists_and_objects_are_json():
    assert to_cell(["a", "è"]) == '["a", "è"]'
    assert from_cell("topics", '["a", "è"]', {"topics": "tags"}, "a.csv", 1) == ["a", "è"]
    assert from_cell("context", to_cell({"a": 1}), {}, "a.csv", 1) == {"a": 1}


def test_a_cell_that_is_no_number_is_told_with_its_place():
    with pytest.raises(DataError, match=r"a\.csv:7: `weight` cannot be read from 'heavy'"):
        from_cell("weight", "heavy", {}, "a.csv", 7)
