import numpy as np

from sayso.evaluate.baselines import choice_baselines
from sayso.examples import Example
from sayso.project import Head

HEAD = Head.model_validate(
    {
        "type": "choice",
        "fallback": "other",
        "labels": {"buy": {"keywords": ["buy", "order"]}, "hours": {"keywords": ["open"]}, "other": {}},
    }
)


def rows(*pairs):
    return [Example(text, {"intent": label}) for text, label in pairs]


TRAIN = rows(
    *((f"buy {thing}", "buy") for thing in ("bread", "cake", "rolls", "pie", "tea")),
    *((f"open {day}", "hours") for day in ("monday", "tuesday", "today")),
    *((f"hello {name}", "other") for name in ("you", "all", "there")),
)


def told(texts):
    found = choice_baselines("intent", HEAD, TRAIN, TRAIN, rows(*((text, "buy") for text in texts)))
    return {name: [list(HEAD.labels)[answer] for answer in answers] for name, answers in found.items()}


def test_the_majority_baseline_always_says_the_most_common_label():
    assert told(["open today", "hi"])["majority"] == ["buy", "buy"]


def test_keyword_rules_take_the_label_with_most_keywords_and_else_the_fallback():
    assert told(["please order some buns", "are you open", "bonjour"])["keyword rules"] == ["buy", "hours", "other"]


def test_keywords_are_whole_words():
    assert told(["reopening"])["keyword rules"] == ["other"]


def test_learned_baselines_know_what_they_have_seen():
    found = told([row.text for row in TRAIN])
    truth = [row.labels["intent"] for row in TRAIN]
    assert found["nearest neighbour"] == truth
    assert np.mean([a == b for a, b in zip(found["TF-IDF + logistic regression"], truth, strict=True)]) > 0.9


def test_without_keywords_there_are_no_keyword_rules():
    head = Head.model_validate({"type": "choice", "labels": ["buy", "hours", "other"]})
    assert "keyword rules" not in choice_baselines("intent", head, TRAIN, TRAIN, TRAIN)
