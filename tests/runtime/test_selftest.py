"""A model that does not answer as it did when it was made is found out before it is used."""

import json

import pytest

from sayso.errors import BundleError
from sayso.runtime.bundle import open_bundle
from sayso.runtime.load import load
from sayso.runtime.selftest import GOLDEN, difference_of, self_test
from tiny_model import CODE_SEARCH, COMPLEXITY, SLOTS, seal, spec_of, write_bundle

TEXTS = ("who calls login", "callers graph", "")


@pytest.fixture
def golden(tmp_path):
    """A bundle whose golden rows are what it answers, but for what `change` does to each."""

    def make(heads=CODE_SEARCH, change=lambda row: None):
        folder = write_bundle(tmp_path / "bundle", heads)
        with load(folder) as model:
            rows = [json.loads(json.dumps({"text": text, **model.predict(text).to_dict()})) for text in TEXTS]
        for row in rows:
            change(row)
        (folder / GOLDEN).write_text("".join(json.dumps(row) + "\n" for row in rows))
        return seal(folder, spec_of(heads))

    return make


def rows_held(folder):
    with load(folder) as model:
        return self_test(model, open_bundle(folder))


def moved(head, by):
    def change(row):
        told = row["heads"][head]
        numbers = told.get("scores", told)
        name = "value" if "value" in told else next(iter(numbers))
        numbers[name] -= by

    return change


@pytest.mark.parametrize("heads", [CODE_SEARCH, COMPLEXITY], ids=["one head", "three heads"])
def test_a_model_that_answers_as_it_did_passes(golden, heads):
    assert rows_held(golden(heads)) == 3


def test_the_bundle_that_a_project_makes_passes(tiny_bundle):
    assert rows_held(tiny_bundle) >= 15


@pytest.mark.parametrize("head", ["tier", "domains", "score"])
def test_a_number_of_any_head_may_be_off_a_little_and_no_more(golden, head):
    assert rows_held(golden(COMPLEXITY, moved(head, 0.019))) == 3


@pytest.mark.parametrize("head", ["tier", "domains", "score"])
def test_a_number_that_is_off_is_told_with_its_text_and_head(golden, head):
    with pytest.raises(BundleError) as error:
        rows_held(golden(COMPLEXITY, moved(head, 0.03)))
    assert "golden.jsonl: the model answers 'who calls login' otherwise than when it was made" in str(error.value)
    assert f"head '{head}' is off by 0.030, and 0.02 is allowed" in str(error.value)


def spans_of(*spans):
    return {"spans": [{"label": label, "start": start, "end": end, "confidence": sure} for label, start, end, sure in spans]}


def marked(*spans):
    """A change of the golden rows: a head says this of the first text."""

    def change(row):
        if row["text"] == TEXTS[0]:
            row["heads"]["slots"] = spans_of(*spans)

    return change


def test_marked_pieces_are_compared_too(golden):
    assert rows_held(golden(SLOTS)) == 3


@pytest.mark.parametrize(
    ("expected", "found", "difference"),
    [
        ([("name", 0, 3, 0.9)], [("name", 0, 3, 0.87)], 0.03),
        ([("name", 0, 3, 0.9)], [("number", 0, 3, 0.9)], 0.4),
        ([("name", 0, 3, 0.9)], [], 0.4),
        ([], [("name", 0, 3, 0.9)], 0.4),
        ([("name", 0, 3, 0.51)], [], 0.01),
        ([("name", 0, 3, 0.95)], [("name", 0, 7, 0.505)], 0.005),
        ([], [], 0.0),
    ],
)
def test_a_piece_that_one_has_and_the_other_has_not_counts_as_far_as_it_was_from_even(expected, found, difference):
    assert difference_of(spans_of(*expected), spans_of(*found)) == pytest.approx(difference)


def test_a_piece_that_was_marked_and_is_not_any_more_is_found_out(golden):
    with pytest.raises(BundleError, match=r"head 'slots' is off by 0\.4"):
        rows_held(golden(SLOTS, marked(("thing", 0, 3, 0.99))))


def test_another_label_is_found_out(golden):
    def swap(row):
        scores = row["heads"]["intent"]["scores"]
        first, second = list(scores)[:2]
        scores[first], scores[second] = scores[second], scores[first]

    with pytest.raises(BundleError, match="answers 'who calls login' otherwise"):
        rows_held(golden(change=swap))


def test_a_head_or_label_that_the_model_lacks_is_found_out(golden):
    with pytest.raises(BundleError, match="head 'mood' is off by inf"):
        rows_held(golden(change=lambda row: row["heads"].update(mood={"label": "glad", "scores": {"glad": 1.0}})))


def test_a_bundle_without_golden_rows_has_nothing_to_answer(golden):
    folder = golden()
    (folder / GOLDEN).unlink()
    assert rows_held(seal(folder, spec_of())) == 0


def test_golden_rows_that_nothing_vouches_for_are_not_asked(golden):
    folder = golden()
    content = (folder / GOLDEN).read_bytes()
    (folder / GOLDEN).unlink()
    seal(folder, spec_of())
    (folder / GOLDEN).write_bytes(content.replace(b"login", b"logout"))
    assert rows_held(folder) == 0


@pytest.mark.parametrize("line", ["not json", "[]", "{}", '{"text": 5}'])
def test_a_row_that_is_none_is_named_by_its_line(golden, line):
    folder = golden()
    with open(folder / GOLDEN, "a") as stream:
        stream.write(line + "\n")
    with pytest.raises(BundleError, match=r"golden\.jsonl:4: this is no golden row"):
        rows_held(seal(folder, spec_of()))
