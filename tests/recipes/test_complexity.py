"""The recipe `complexity`: its templates, its prompts, and the defaults that rules have without a model."""

import json
from collections import Counter

import pytest

from sayso.evaluate.rules import fit_rules
from sayso.examples import read_examples
from sayso.generate import gather
from sayso.project import Project
from sayso.recipes import HERE
from sayso.runtime.blend import DEFAULT_BLEND

RANGES = {"trivial": (0.0, 0.12), "simple": (0.15, 0.32), "moderate": (0.38, 0.58), "complex": (0.62, 0.82), "expert": (0.86, 0.98)}


@pytest.fixture(scope="module")
def project():
    return Project.load(HERE / "complexity")


@pytest.fixture(scope="module")
def gathered(project):
    """All rows, and what each template gave."""
    found = gather(project)
    return found.rows, found.yields


def test_every_row_scores_in_its_tiers_range(gathered):
    wrong = [row for row in gathered[0] if not RANGES[row.labels["tier"]][0] <= row.labels["score"] <= RANGES[row.labels["tier"]][1]]
    assert wrong == []


def test_both_languages_have_many_templates_for_every_tier(gathered):
    counts = Counter((given.template.language, given.template.label) for given in gathered[1])
    assert all(counts[language, tier] >= 60 for language in ("en", "zh") for tier in RANGES), counts


def test_every_intent_and_domain_is_there_in_both_languages(project, gathered):
    for language in project.languages:
        rows = [row for row in gathered[0] if row.lang == language]
        intents = Counter(row.labels["intent"] for row in rows)
        domains = Counter(domain for row in rows for domain in row.labels["domains"])
        assert set(intents) == set(project.heads["intent"].labels)
        assert set(domains) == set(project.heads["domains"].labels)
        assert min(*intents.values(), *domains.values()) >= 100


def test_length_alone_does_not_give_the_tier_away(gathered):
    lengths = {(row.lang, row.labels["tier"]): [] for row in gathered[0]}
    for row in gathered[0]:
        lengths[row.lang, row.labels["tier"]].append(len(row.text))
    for language in ("en", "zh"):
        shortest_hard = sorted(lengths[language, "expert"])[len(lengths[language, "expert"]) // 5]
        longest_easy = sorted(lengths[language, "simple"])[-len(lengths[language, "simple"]) // 5]
        assert shortest_hard < longest_easy


def test_the_loss_weights_are_the_published_ones(project):
    assert {name: head.loss_weight for name, head in project.heads.items()} == {"score": 0.4, "tier": 0.3, "domains": 0.15, "intent": 0.15}


def test_the_prompts_to_judge_by_are_labelled_as_the_page_says(project):
    rows = list(read_examples(HERE / "complexity" / "human.jsonl", project.heads))
    for language in project.languages:
        own = [row for row in rows if row.lang == language]
        assert len(own) >= 60
        assert all(RANGES[row.labels["tier"]][0] <= row.labels["score"] <= RANGES[row.labels["tier"]][1] for row in own)


def test_no_template_gives_a_prompt_that_the_model_is_judged_by(gathered):
    prompts = [json.loads(line)["text"] for line in (HERE / "complexity" / "human.jsonl").read_text(encoding="utf-8").splitlines()]
    common = {" ".join(text.casefold().split()) for text in prompts} & {" ".join(row.text.casefold().split()) for row in gathered[0]}
    assert len(common) <= 4, common  # short greetings come out alike


def test_rules_without_a_model_have_the_scale_that_the_recipe_fits(project, gathered):
    fitted = fit_rules(project, gathered[0])
    assert DEFAULT_BLEND.edges == pytest.approx(fitted["edges"], abs=0.01)
    for raw, score in zip(fitted["scale"]["raw"], fitted["scale"]["score"], strict=True):
        assert DEFAULT_BLEND.scale(raw) == pytest.approx(score, abs=0.05)
