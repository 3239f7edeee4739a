"""Rules and blends: signals add up, whatever the text; a scale rises; a blend with a perfect model reaches every tier."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.errors import BundleError
from sayso.runtime.blend import DEFAULT_BLEND, parse_blend
from sayso.runtime.rules import Scale, rule_estimate

HARD = "Design a distributed multi-tenant platform for millions of users with failover over 3 regions, first the storage, then the API"
PROMPTS = {  # a prompt of each tier, and the score that a perfect model gives it
    "trivial": ("hello there", 0.03),
    "simple": ("what is a REST API?", 0.22),
    "moderate": ("compare two ways to cache the product page of our shop and say which fits", 0.46),
    "complex": ("analyze the architecture of our order service and find its bottlenecks under load", 0.72),
    "expert": (HARD, 0.93),
}


@given(st.text(max_size=300))
def test_any_text_has_an_estimate_whose_contributions_add_up(text):
    found = rule_estimate(text)
    assert found.raw == pytest.approx(sum(found.contributions.values()), abs=1e-3)
    assert 0 <= DEFAULT_BLEND.scale(found.raw) <= 1


def test_more_work_gets_a_higher_score_in_both_languages():
    for easy, hard in (("hi, how are you?", HARD), ("你好", "設計一個支援百萬使用者、跨區域高可用的分散式平台,並規劃遷移策略")):
        assert rule_estimate(easy).raw + 0.5 < rule_estimate(hard).raw


@pytest.mark.parametrize(
    ("text", "intent", "domains"),
    [
        ("Thanks a lot!", "greeting", ()),
        ("寫一首關於秋天的詩", "creative", ("creative",)),
        ("my python script crashes with a null pointer", "debug", ("code",)),
        ("幫我設計伺服器的部署架構", "planning", ("system",)),
        ("first export the table, then clean it, and finally print it", "multi_step", ("data",)),
        ("is a tomato a fruit", "question", ()),
    ],
)
def test_words_tell_intent_and_domains(text, intent, domains):
    found = rule_estimate(text)
    assert (found.intent, found.domains) == (intent, domains)


def test_a_word_counts_whole():
    assert rule_estimate("the archive").intent == "question"  # not "hi"
    assert rule_estimate("decode it").domains == ()


def test_a_scale_rises_and_ends_flat():
    scale = Scale((0.2, 0.5, 1.0), (0.1, 0.4, 0.9))
    scores = [scale(raw) for raw in np.linspace(-1, 2, 50)]
    assert scores == sorted(scores)
    assert (scores[0], scores[-1]) == (0.1, 0.9)


def test_a_blend_with_a_perfect_model_reaches_every_tier():
    for mode in ("hybrid", "ml_only"):
        reached = []
        for text, truth in PROMPTS.values():
            rules = DEFAULT_BLEND.scale(rule_estimate(text).raw)
            reached.append(DEFAULT_BLEND.tier_of(float(DEFAULT_BLEND.blended(np.array(truth), np.array(rules), mode))))
        assert reached == list(PROMPTS)


def test_refining_takes_the_model_only_where_the_rules_are_unsure():
    model, rules = np.array([0.9, 0.9, 0.9]), np.array([0.1, 0.5, 0.8])
    assert DEFAULT_BLEND.blended(model, rules, "ml_refine").tolist() == [0.1, 0.9, 0.8]


def test_rules_that_do_not_fit_the_heads_are_refused():
    rules = {"score": "score", "tier": "tier", "scale": {"raw": [0, 1], "score": [0, 1]}, "edges": [0.5, 0.6]}
    rules |= {"mode": "hybrid", "model_share": 0.5, "unsure": [0.3, 0.6]}
    spec = {"heads": {"tier": {"labels": ["easy", "hard"]}}, "rules": rules}
    with pytest.raises(BundleError, match="do not fit"):
        parse_blend(spec)
    with pytest.raises(BundleError, match="cannot be used"):
        parse_blend({**spec, "rules": {"score": "score"}})
