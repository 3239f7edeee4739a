import pytest

from sayso.clischema import Argument
from sayso.clischema.values import read_value, text_of, wrong_with


@pytest.mark.parametrize(
    ("argument", "text", "value"),
    [
        (Argument("x", "integer"), "-7", -7),
        (Argument("x", "number"), "1.5", 1.5),
        (Argument("x", "number"), "2", 2.0),
        (Argument("x", "boolean"), "false", False),
        (Argument("x", "enum", values=("a", "b")), "b", "b"),
        (Argument("x", "date"), "2026-01-31", "2026-01-31"),
        (Argument("x", pattern="[a-z]+"), "abc", "abc"),
        (Argument("x"), "", ""),
    ],
)
def test_a_text_becomes_a_value_and_the_same_text_again(argument, text, value):
    assert read_value(argument, text) == value
    assert text_of(argument, value) == text


@pytest.mark.parametrize(
    ("argument", "text", "told"),
    [
        (Argument("x", "integer"), "1e3", "'1e3' is no whole number"),
        (Argument("x", "integer"), "9" * 30, "is no whole number"),
        (Argument("x", "integer", range=(1, None)), "0", "0 is less than 1"),
        (Argument("x", "number"), "nan", "nan is no number"),
        (Argument("x", "number", range=(None, 1.5)), "2", "2.0 is more than 1.5"),
        (Argument("x", "boolean"), "yes", "'yes' is neither true nor false"),
        (Argument("x", "enum", values=("open", "closed")), "opne", "did you mean 'open'"),
        (Argument("x", "date"), "tomorrow", "'tomorrow' is no date such as 2026-01-31"),
        (Argument("x", "path"), "", "an empty text is no path"),
        (Argument("x", pattern="[a-z]+"), "abc1", "does not match [a-z]+"),
    ],
)
def test_a_text_that_is_none_of_the_type_is_told(argument, text, told):
    with pytest.raises(ValueError) as error:
        read_value(argument, text)
    assert told in str(error.value)


def test_a_repeatable_argument_has_a_list_of_values():
    argument = Argument("x", "integer", repeatable=True)
    assert wrong_with(argument, [1, 2]) is None
    assert wrong_with(argument, (1, "2")) == "'2' is no whole number"
    assert "must be a list" in wrong_with(argument, 1)
    assert "leave the argument out" in wrong_with(argument, [])


def test_true_stands_for_an_option_without_its_optional_value():
    assert wrong_with(Argument("x", value_optional=True), True) is None
    assert wrong_with(Argument("x"), True) == "True must be text"
