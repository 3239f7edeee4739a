"""Rows: what the network is given of an example, and how little of it is padding."""

import math

import pytest

from sayso.examples import Example
from sayso.network.model import NO_CHOICE
from sayso.network.tokens import load_tokenizer
from sayso.project import Head
from sayso.runtime.spans import Mark
from sayso.train.rows import Collator, rows_of

HEADS = {
    "tier": Head(type="choice", labels=["easy", "hard"]),
    "domains": Head(type="tags", labels=["code", "maths"]),
    "score": Head(type="score"),
}


@pytest.fixture(scope="module")
def tokenizer(tiny_base):
    return load_tokenizer(tiny_base)


def test_each_head_gets_its_label_as_a_number(tokenizer):
    (row,) = rows_of([Example("buy bread", {"tier": "hard", "domains": ("maths",), "score": 0.3}, weight=2.0)], HEADS, tokenizer, 16)
    assert (row["label_tier"], row["label_domains"], row["label_score"], row["weight"]) == (1, [0.0, 1.0], 0.3, 2.0)


def test_no_tags_is_a_label_and_an_unknown_label_is_none(tokenizer):
    known, unknown = rows_of([Example("a", {"domains": ()}), Example("b", {"tier": "easy"})], HEADS, tokenizer, 16)
    assert known["label_domains"] == [0.0, 0.0]
    assert known["label_tier"] == NO_CHOICE
    assert all(map(math.isnan, [*unknown["label_domains"], unknown["label_score"]]))


def test_each_token_of_a_marked_text_gets_a_class_and_special_ones_none(tokenizer):
    heads = {"slots": Head(type="spans", labels=["number", "name"])}
    rows = rows_of(
        [Example("buy two loaves", {"slots": (Mark("number", 4, 14),)}), Example("buy bread", {"slots": ()}), Example("buy cake", {})],
        heads,
        tokenizer,
        16,
    )
    assert [row["label_slots"] for row in rows] == [
        [NO_CHOICE, 0, 1, 2, NO_CHOICE],
        [NO_CHOICE, 0, 0, NO_CHOICE],
        [NO_CHOICE] * 4,
    ]
    batch = Collator(tokenizer, of_tokens=frozenset({"label_slots"}))(rows)
    assert batch["label_slots"].shape == batch["input_ids"].shape
    assert batch["label_slots"][1].tolist() == [NO_CHOICE, 0, 0, NO_CHOICE, NO_CHOICE]


def test_a_mark_behind_the_cut_is_not_learned_from(tokenizer):
    heads = {"slots": Head(type="spans", labels=["name"])}
    (row,) = rows_of([Example("buy bread and cake", {"slots": (Mark("name", 14, 18),)})], heads, tokenizer, 4)
    assert row["label_slots"] == [NO_CHOICE, 0, 0, NO_CHOICE]


def test_a_batch_is_padded_to_its_longest_row_and_no_further(tokenizer):
    rows = rows_of([Example("buy", {"tier": "easy"}), Example("buy bread today please", {"tier": "hard"})], HEADS, tokenizer, 16)
    batch = Collator(tokenizer)(rows)
    assert batch["input_ids"].shape == (2, 6)
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 0, 0, 0], [1] * 6]
    assert batch["label_domains"].shape == (2, 2)


def test_a_long_text_is_cut_to_the_longest_length(tokenizer):
    (row,) = rows_of([Example("buy bread " * 100, {"tier": "easy"})], HEADS, tokenizer, 16)
    assert len(row["input_ids"]) == 16
