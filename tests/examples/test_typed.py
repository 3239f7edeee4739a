import pytest

from sayso.errors import UsageError
from sayso.examples.typed import label_meant

LABELS = ["buy", "buyer", "hours", "Über uns", "4"]


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("buy", "buy"),
        ("2", "buyer"),
        (" hours\n", "hours"),
        ("H", "hours"),
        ("BUY", "buy"),
        ("buye", "buyer"),
        ("über", "Über uns"),
        ("4", "4"),
    ],
)
def test_a_number_a_name_or_the_beginning_of_one_is_enough(typed, label):
    assert label_meant(typed, LABELS) == label


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("hous", "'hous' is not one of the labels; did you mean 'hours'?"),
        ("bu", "'bu' may be 'buy' or 'buyer'; type more of it"),
        ("6", "'6' is not one of the labels; known are"),
        ("0", "'0' is not one of the labels"),
        ("", "'' is not one of the labels; known are"),
        ("²", "'²' is not one of the labels"),
    ],
)
def test_anything_else_is_answered_with_the_nearest_label(typed, message):
    with pytest.raises(UsageError, match=message.replace("?", r"\?")):
        label_meant(typed, LABELS)
