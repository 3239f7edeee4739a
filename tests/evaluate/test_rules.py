"""Rules fitted beside a model: the scale rises, the edges lie between the tiers, and the best share is found."""

import numpy as np
import pytest

from sayso.errors import DataError
from sayso.evaluate.rules import compare_modes, fit_rules, fit_share
from sayso.examples import Example
from sayso.project import Project
from sayso.runtime.rules import rule_estimate

TEXTS = {
    "easy": ["hi", "hello there", "thanks", "what time is it"],
    "middle": [
        "compare two caches for our shop",
        "fix the slow sql query in my report",
        "write a test plan for the login page",
        "review my essay",
    ],
    "hard": [
        "design a distributed database for millions of users with failover",
        "build a complete multi-tenant platform from scratch, first the storage, then the API",
        "prove a theorem about consensus in distributed systems",
        "analyze and migrate the entire enterprise architecture to microservices without downtime",
    ],
}
RANGES = {"easy": (0.0, 0.1), "middle": (0.4, 0.6), "hard": (0.9, 1.0)}


@pytest.fixture
def project():
    heads = {"score": {"type": "score"}, "tier": {"type": "choice", "ordered": True, "labels": list(TEXTS)}}
    return Project.model_validate({"name": "load", "heads": heads, "data": [{"examples": "a.jsonl"}], "rules": {}})


@pytest.fixture
def rows():
    found = []
    for tier, texts in TEXTS.items():
        low, high = RANGES[tier]
        found += [Example(text, {"tier": tier, "score": low + (high - low) * place / 3}) for place, text in enumerate(texts)]
    return found


def spec_of(project, rows, **changes):
    heads = {"score": {"type": "score"}, "tier": {"type": "choice", "labels": list(TEXTS)}}
    return {"heads": heads, "rules": fit_rules(project, rows) | changes}


def logits_of(rows, error=0.0):
    """What a model says whose score is off by `error`, and whose tier is right."""
    places = [list(TEXTS).index(row.labels["tier"]) for row in rows]
    return {"score": np.array([row.labels["score"] + error for row in rows]), "tier": np.eye(3)[places]}


def test_the_scale_rises_from_the_easiest_to_the_hardest(project, rows):
    rules = fit_rules(project, rows)
    assert rules["scale"]["raw"] == sorted(rules["scale"]["raw"])
    assert rules["scale"]["score"] == sorted(rules["scale"]["score"])
    assert rules["scale"]["score"][0] < 0.2
    assert rules["scale"]["score"][-1] > 0.8


def test_an_edge_lies_between_two_tiers(project, rows):
    first, second = fit_rules(project, rows)["edges"]
    assert 0.1 < first < 0.4
    assert 0.6 < second < 0.9


def test_a_perfect_model_gets_the_whole_share_and_a_useless_one_little(project, rows):
    spec = spec_of(project, rows)
    assert fit_share(spec, logits_of(rows)["score"], rows) == 1.0
    assert fit_share(spec, np.full(len(rows), 0.5), rows) < 0.5


def test_every_mode_is_judged_and_the_one_with_the_least_error_is_best(project, rows):
    modes = {row["mode"]: row for row in compare_modes(spec_of(project, rows), logits_of(rows), rows)}
    assert list(modes) == ["rules", "hybrid", "ml_only", "ml_refine"]
    assert modes["ml_only"]["mae"] == pytest.approx(0)
    assert modes["ml_only"]["tier_accuracy"] == 1
    assert [name for name, row in modes.items() if row["best"]] == ["ml_only"]
    assert [name for name, row in modes.items() if row["chosen"]] == ["hybrid"]
    raw = np.array([rule_estimate(row.text).raw for row in rows])
    assert modes["rules"]["mae"] > 0
    assert len(set(raw)) > 5


def test_rows_that_know_no_score_are_left_out_and_none_at_all_is_an_error(project, rows):
    untold = Example("what about me", {"tier": "easy"})
    assert compare_modes(spec_of(project, rows), logits_of(rows), rows) == compare_modes(
        spec_of(project, rows), {name: np.concatenate([found, found[:1]]) for name, found in logits_of(rows).items()}, [*rows, untold]
    )
    with pytest.raises(DataError, match="no training row has both"):
        fit_rules(project, [untold])


def test_a_spec_without_rules_has_no_modes(rows):
    assert compare_modes({"heads": {}}, {}, rows) == []
