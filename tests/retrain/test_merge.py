"""Labels and the project's own rows, put together: nothing of the test set trains, and a person's word counts."""

import pytest

from sayso.examples import Example, normal_form
from sayso.project import Project
from sayso.retrain.frozen import Frozen
from sayso.retrain.labels import is_label, labels_of, last_words
from sayso.retrain.merge import merge

HEADS = {
    "intent": {"type": "choice", "labels": ["buy", "hours"]},
    "tone": {"type": "choice", "labels": ["kind", "rude"]},
}


@pytest.fixture
def project():
    return Project.model_validate({"name": "tiny", "heads": HEADS, "splits": {"train": 0.6, "val": 0.1, "calib": 0.1, "test": 0.2}})


def own(*rows, **splits):
    found = {name: [] for name in ("train", "val", "calib", "test")}
    return found | {"train": list(rows)} | splits


def row(text, label="buy", **more):
    return Example(text, {"intent": label}, source="template", **more)


def put_together(project, rows, people=(), frozen=()):
    labels = last_words([labels_of("people", [{"text": text, "intent": label} for text, label in people], project.heads)], 1)
    judged = [each if isinstance(each, Example) else row(each) for each in frozen]
    return merge(project, rows, labels, Frozen(None, "frozen", judged, "", False))


def learned(merged):
    return [each for name, rows in merged.splits.items() if name != "test" for each in rows]


def test_what_is_in_the_frozen_test_set_trains_in_no_spelling(project):
    frozen = ["please reserve two loaves of bread for saturday"]
    rows = own(row("Please, reserve two loaves of bread for Saturday!"), row("something else"))
    people = [("please reserve TWO loaves of bread for saturday", "hours"), ("when do you open", "hours")]
    merged = put_together(project, rows, people, frozen)
    assert {each.text for each in learned(merged)} == {"something else", "when do you open"}
    assert (merged.frozen_labels, merged.frozen_rows) == (1, 1)
    assert [each.text for each in merged.splits["test"]] == frozen


def test_what_is_nearly_in_it_does_not_train_either(project):
    frozen = ["please reserve two loaves of bread for saturday"]
    merged = put_together(
        project,
        own(row("please reserve two loaves of breads for saturday")),
        [("pleas reserve two loaves of bread for saturday", "buy")],
        frozen,
    )
    assert learned(merged) == []
    assert (merged.frozen_labels, merged.frozen_rows) == (1, 1)


def test_nor_does_what_was_made_from_the_same_template(project):
    rows = own(row("one loaf", group="loaves"), val=[row("two rolls", group="rolls")], calib=[row("nine loaves", group="loaves")])
    merged = put_together(project, rows, frozen=[row("five loaves", group="loaves")])
    assert [each.text for each in learned(merged)] == ["two rolls"]


def test_the_projects_own_test_rows_train_under_no_test_set(project):
    merged = put_together(project, own(row("one"), test=[row("two")]), frozen=["another judge"])
    assert [each.text for each in learned(merged)] == ["one"]


def test_a_persons_word_counts_more_than_a_templates_and_it_is_said_how_often(project):
    rows = own(row("open today"), row("a cake"), calib=[row("close today", "hours")])
    merged = put_together(project, rows, [("Open today?", "hours"), ("close today", "hours")])
    assert sorted((each.text, each.labels["intent"], each.source) for each in learned(merged)) == [
        ("Open today?", "hours", "label"),
        ("a cake", "buy", "template"),
        ("close today", "hours", "label"),
    ]
    assert (merged.replaced, merged.overruled) == (2, 1)


def test_what_a_row_says_of_heads_that_nobody_labelled_goes_over_to_the_label(project):
    rows = own(Example("open today", {"intent": "buy", "tone": "rude"}))
    assert learned(put_together(project, rows, [("open today", "hours")]))[0].labels == {"intent": "hours", "tone": "rude"}


def test_labels_train_choose_and_calibrate_and_never_judge(project):
    words = [f"{first}{second}{third}" for first in "abcdefg" for second in "hijklmn" for third in "opqrst"]
    people = [(" ".join(words[at : at + 4]), "buy" if at % 8 else "hours") for at in range(0, len(words) - 4, 4)]
    merged = put_together(project, own(), people, ["a judge"])
    counts = {name: sum(map(is_label, rows)) for name, rows in merged.splits.items()}
    assert sum(counts.values()) == len(people)
    assert counts["test"] == 0
    assert min(counts["val"], counts["calib"]) >= 0.05 * len(people)
    assert counts["train"] >= 0.7 * len(people)
    assert merged.labels("intent").total() == len(people)


def test_labels_that_are_nearly_training_rows_train_so_that_none_is_wasted(project):
    people = [(f"please reserve two loaves of bread for saturday morning {letter}", "buy") for letter in "abcdefghijklmnopqrstuvwxyz"]
    merged = put_together(project, own(row("please reserve two loaves of bread for saturday morning")), people)
    assert len(merged.splits["train"]) == 27
    assert len(learned(merged)) == 27


def test_a_conversation_is_in_one_split(project):
    rows = [
        {"text": f"{word} {number} {word[::-1]}", "intent": "buy", "group": word}
        for word in ("abc", "xyzzy", "qwert", "uiop", "hjkl")
        for number in range(9)
    ]
    labels = last_words([labels_of("people", rows, project.heads)], 1)
    merged = merge(project, own(row("plain", group="abc")), labels, Frozen(None, "frozen", [], "", False))
    where = {}
    for name, each in merged.splits.items():
        for one in each:
            where.setdefault(one.group, set()).add(name)
    assert max(map(len, where.values())) == 1


def test_the_same_given_gives_the_same(project):
    people = [(f"text {number * 37} of {number}", "buy" if number % 2 else "hours") for number in range(60)]
    one, other = (put_together(project, own(row("a"), row("b")), people) for _ in range(2))
    assert one.splits == other.splits
    assert len({normal_form(each.text) for each in learned(one)}) == 62
