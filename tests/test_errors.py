import pytest

from sayso.errors import DataError, MissingExtra, nearest


def test_an_input_error_begins_with_its_file_and_line():
    assert str(DataError("`text` is missing", "data.jsonl", 7)) == "data.jsonl:7: `text` is missing"


def test_an_input_error_without_a_line_names_the_file():
    assert str(DataError("this file is empty", "data.jsonl")) == "data.jsonl: this file is empty"


def test_a_missing_extra_says_what_to_install():
    error = MissingExtra("training", "train")
    assert "pip install 'sayso[train]'" in str(error)
    assert error.exit_code == 4


@pytest.mark.parametrize(
    ("name", "end"),
    [("FindCaller", "; did you mean 'FindCallers'?"), ("zzz", "; known are FindCallers, TextSearch")],
)
def test_an_unknown_name_is_answered_with_the_nearest_known_one(name, end):
    assert nearest(name, ["FindCallers", "TextSearch"]) == end
