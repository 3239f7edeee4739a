"""Rows are found in whatever a model writes around them, and none is lost or made up when an answer ends too early."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.generate.llm.reader import rows_in

plain = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3)
)
rows = st.lists(
    st.fixed_dictionaries({"instruction": plain, "context": values.filter(lambda value: "instruction" not in str(value))}), max_size=5
)
words = plain.filter(lambda text: not set(text) & set('{}"'))


@given(rows, words, words)
def test_rows_are_found_in_every_form_that_models_answer_in(given_rows, before, after):
    forms = [
        json.dumps(given_rows),
        json.dumps({"examples": given_rows}, indent=2),
        json.dumps({"note": 1, "more": {"examples": given_rows}}, ensure_ascii=False),
        "\n".join(map(json.dumps, given_rows)),
        "```json\n" + json.dumps(given_rows) + "\n```",
        ",\n".join(map(json.dumps, given_rows)) + ",",
    ]
    for form in forms:
        assert rows_in(f"{before}\n{form}\n{after}", "instruction").rows == given_rows


@given(rows, st.data())
def test_an_answer_that_is_cut_off_keeps_its_whole_rows_and_counts_the_one_that_is_not(given_rows, data):
    text = json.dumps({"examples": given_rows})
    cut = text[: data.draw(st.integers(0, len(text)))]
    found = rows_in(cut, "instruction")
    assert found.rows == given_rows[: len(found.rows)]
    whole = sum(text.index(json.dumps(row)) + len(json.dumps(row)) <= len(cut) for row in given_rows[: len(found.rows)])
    assert whole == len(found.rows)
    last = json.dumps(found.rows)[1:-1]
    rest = cut[text.index(last) + len(last) :]
    assert len(found.broken) == int("{" in rest or not found.rows)


@given(st.text(max_size=400) | st.text(alphabet='{}[]",:\\instruco 1e9NaIfy', max_size=400))
def test_no_answer_is_too_strange_to_be_read(text):
    found = rows_in(text, "instruction")
    assert all("instruction" in row for row in found.rows)
    assert found.rows or found.broken


def test_a_broken_row_costs_only_itself():
    text = '[{"instruction": "a", "output": {"x": 1}}, {"instruction": "b" "output": {}}, {"instruction": "c", "output": {}}]'
    found = rows_in(text, "instruction")
    assert [row["instruction"] for row in found.rows] == ["a", "c"]
    assert len(found.broken) == 1 and found.broken[0].startswith('"instruction": "b"')


def test_an_object_within_a_broken_row_is_no_row():
    assert rows_in('{"examples": [{"instruction": "a", "output": {"type": "command"}, ', "instruction").rows == []


def test_an_answer_without_rows_is_one_broken_row():
    assert rows_in("I am sorry, I cannot do that.", "instruction").broken == ["I am sorry, I cannot do that."]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "9" * 5000])
def test_what_is_no_json_is_not_taken_for_it(value):
    found = rows_in(f'[{{"instruction": "a", "context": {value}}}, {{"instruction": "b"}}]', "instruction")
    assert [row["instruction"] for row in found.rows] == ["b"]


def test_an_answer_nested_without_end_is_read_in_time():
    assert rows_in('{"a":[' * 20_000, "instruction").rows == []
