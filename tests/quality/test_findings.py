import pytest

from sayso.examples import Example
from sayso.project import Check, Head
from sayso.quality.findings import findings_of, label_counts
from sayso.runtime.spans import Mark

HEADS = {"intent": Head.model_validate({"type": "choice", "labels": ["buy", "hours"]})}
LIMITS = Check(min_per_label=4)


def rows(label, *texts, group=None):
    return [Example(text, {"intent": label}, group=group or f"{label}-{text}") for text in texts]


def clean():
    """Four splits with nothing wrong: every label is everywhere, made from three things, no text is like another."""
    return {
        "train": rows("buy", "two loaves of rye please", "sell me a cake") + rows("hours", "when do you close", "open on sunday?"),
        "val": rows("buy", "i would take some pretzels") + rows("hours", "is anybody there tonight"),
        "calib": [
            *rows("buy", "can i order forty buns", "a dozen eggs and some flour", "get me that tart"),
            *rows("hours", "until what time may i come", "do you shut for lunch", "first thing on mondays, when"),
        ],
        "test": [
            *rows("buy", "reserve the last baguette", "six croissants to go", "i'd like your biggest pie"),
            *rows("hours", "opening times over christmas", "are you there before seven", "how late can we drop by"),
        ],
    }


def kinds(splits, limits=LIMITS, heads=HEADS):
    return {(finding.severity, finding.kind): finding for finding in findings_of(splits, heads, limits)}


def test_clean_examples_have_no_findings():
    assert kinds(clean()) == {}


def test_a_label_with_too_few_examples_is_named_with_its_number():
    finding = kinds(clean(), Check(min_per_label=10))["error", "too few"]
    assert "buy (9)" in finding.message and "hours (9)" in finding.message


def test_figures_that_rest_on_too_few_templates_are_warned_of():
    splits = clean() | {"test": rows("buy", "six croissants to go", "a pie", "two cakes", group="one template") + clean()["test"][3:]}
    finding = kinds(splits)["warning", "few groups"]
    assert "buy in test (1)" in finding.message
    assert "hours" not in finding.message


def test_a_label_that_no_row_has_is_an_error():
    heads = {"intent": Head.model_validate({"type": "choice", "labels": ["buy", "hours", "complain"]})}
    assert "complain (0)" in kinds(clean(), heads=heads)["error", "too few"].message


def test_a_label_absent_from_a_split_is_an_error():
    splits = clean()
    splits["test"] = splits["test"][:1]
    assert "hours in test" in kinds(splits)["error", "absent from a split"].message


def test_one_label_only_is_nothing_to_learn():
    splits = {name: [row for row in found if row.labels["intent"] == "buy"] for name, found in clean().items()}
    assert ("error", "one label only") in kinds(splits)


def test_the_same_text_under_two_labels_is_shown_with_both_places_and_groups():
    splits = clean()
    splits["train"] += rows("hours", "Sell me a cake!", group="en/hours/1")
    finding = kinds(splits)["error", "conflict"]
    assert "buy (train.jsonl:2, buy-sell me a cake) and hours (train.jsonl:5, en/hours/1)" in finding.examples[0]


def test_a_text_in_two_splits_is_a_leak():
    splits = clean()
    splits["test"] += rows("buy", "sell me a cake", group="x")
    assert ("error", "leak") in kinds(splits)


def test_a_text_nearly_in_two_splits_is_a_leak_once_there_are_too_many():
    splits = clean()
    splits["test"] += rows("buy", "two loaves of rye pleaes", group="x")
    finding = kinds(splits)["error", "near leak"]
    assert "test.jsonl:7" in finding.examples[0] and "train.jsonl:1" in finding.examples[0]
    assert ("warning", "near leak") in kinds(splits, Check(min_per_label=4, max_near_leaks=0.5))


def test_a_text_twice_in_a_split_is_only_a_warning():
    splits = clean()
    splits["train"] += rows("buy", "Sell me a cake", group="buy-sell me a cake")
    assert list(kinds(splits)) == [("warning", "duplicate")]


def test_a_group_in_two_splits_is_an_error():
    splits = clean()
    splits["val"] += rows("buy", "something else entirely", group="buy-sell me a cake")
    assert kinds(splits)["error", "shared group"].examples == ("buy-sell me a cake",)


def test_labels_of_very_different_size_are_a_warning():
    splits = clean()
    splits["train"] += [row for n in range(40) for row in rows("buy", f"order number {n * 7919} of {n} kinds")]
    assert ("warning", "imbalance") in kinds(splits)


@pytest.mark.parametrize("text", ["cafÃ© au lait", "donâ€™t open", "broken \ufffd here"])
def test_text_read_in_the_wrong_encoding_is_found(text):
    splits = clean()
    splits["train"] += rows("buy", text)
    assert ("error", "wrong encoding") in kinds(splits)


@pytest.mark.parametrize("text", ["café au lait", "naïve Ångström", "日本語", "שלום", "🙂 hi", "Ã la carte"])
def test_text_in_any_language_is_not_taken_for_a_wrong_encoding(text):
    splits = clean()
    splits["train"] += rows("buy", text)
    assert ("error", "wrong encoding") not in kinds(splits)


def test_control_characters_are_found():
    splits = clean()
    splits["train"] += rows("buy", "bell \x07 rings")
    assert ("error", "control character") in kinds(splits)


def marked(text, *labels):
    """A row whose first letters are marked, one a label."""
    return Example(text, {"slots": tuple(Mark(label, place, place + 1) for place, label in enumerate(labels))}, group=text)


SLOTS = {"slots": Head.model_validate({"type": "spans", "labels": ["number", "name"]})}


def test_rows_are_counted_not_the_pieces_in_them():
    splits = {"train": [marked("two, three for anna", "number", "number", "name"), marked("nothing at all here")]}
    assert label_counts(splits, "slots", SLOTS["slots"]) == {"number": {"train": 1}, "name": {"train": 1}}


def test_a_kind_of_piece_that_no_row_has_is_an_error():
    finding = kinds({"train": [marked("two loaves", "number")]}, Check(min_per_label=1), SLOTS)["error", "too few"]
    assert finding.message.startswith("labels of 'slots' with fewer than 1 examples: name (0)")


def test_kinds_of_pieces_need_not_be_equally_common():
    rows = [
        marked("two loaves for anna", "number", "name"),
        *(marked(f"{word} buns", "number") for word in ("six", "ten", "forty", "some")),
    ]
    assert kinds({"train": rows}, Check(min_per_label=1), SLOTS) == {}
