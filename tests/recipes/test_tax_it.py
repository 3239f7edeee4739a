"""The recipe `tax-it`: its templates, its guide to labelling, its queries to judge by, and the made-up traffic."""

import json
import re
from collections import Counter

import pytest

from sayso.examples import near_duplicates, normal_form, read_examples
from sayso.generate import gather
from sayso.project import Project
from sayso.recipes import HERE

RECIPE = HERE / "tax-it"
LABELS = ("chitchat", "theoretical_definition", "technical_research", "calculator", "normative_reference")
YEAR = re.compile(r"\b20[0-3]\d\b")
HOW_IS_IT_CALCULATED = re.compile(r"\bcome (?:si calcola|si calcolano|calcolo|viene calcolat[ao])\b")
OF_A_CASE = re.compile(r"^come funziona .+ (?:per un|per chi|se il|se vendo|quando c'è)")
ASKS_FOR_A_LAW = re.compile(
    r"^(?:cosa (?:dice|prevede|stabilisce|disciplina)|testo|mi serve il testo dell'|di cosa parla) .*(?:art|circolare|d\.lgs\.|dpr)"
)
NAMES_A_LAW_BY_THE_WAY = re.compile(r"^in base (?:all'art|alla legge)")


@pytest.fixture(scope="module")
def project():
    return Project.load(RECIPE)


@pytest.fixture(scope="module")
def gathered(project):
    return gather(project)


@pytest.fixture(scope="module")
def traffic():
    return gather(Project.load(RECIPE / "traffic"))


@pytest.fixture(scope="module")
def queries():
    return [json.loads(line) for line in (RECIPE / "human.jsonl").read_text(encoding="utf-8").splitlines()]


def as_written(gathered):
    """The rows that no typo, casing or please has changed, in small letters, with their labels."""
    return [(row.text.lower(), row.labels["intent"]) for row in gathered.rows if "+" not in (row.source or "")]


def labels_where(pattern, rows):
    return Counter(label for text, label in rows if pattern.search(text))


def test_each_label_says_what_it_means_and_shows_it(project):
    assert tuple(project.heads["intent"].labels) == LABELS
    for about in project.heads["intent"].labels.values():
        assert about.description
        assert 3 <= len(about.examples) <= 5


def test_every_template_parses_and_each_label_has_many(gathered):
    counts = Counter(given.template.label for given in gathered.yields)
    assert set(counts) == set(LABELS)
    assert min(counts.values()) >= 60, counts
    assert all(given.rows for given in gathered.yields)


def test_no_text_has_two_labels(gathered):
    labels = {}
    for row in gathered.rows:
        labels.setdefault(normal_form(row.text), set()).add(row.labels["intent"])
    assert [text for text, own in labels.items() if len(own) > 1] == []


def test_how_something_is_calculated_is_a_definition_without_amounts_and_a_sum_with_them(gathered, traffic):
    for rows in (as_written(gathered), as_written(traffic)):
        asked = [(text, label) for text, label in rows if HOW_IS_IT_CALCULATED.search(text)]
        with_amounts = [(text, label) for text, label in asked if re.search(r"\d", YEAR.sub("", text))]
        without = [row for row in asked if row not in with_amounts]
        assert with_amounts and [row for row in with_amounts if row[1] != "calculator"] == []
        assert without and [row for row in without if row[1] != "theoretical_definition"] == []


def test_how_something_works_for_somebody_is_research(gathered):
    assert set(labels_where(OF_A_CASE, as_written(gathered))) == {"technical_research"}


def test_a_law_that_is_asked_for_is_a_reference_and_one_that_is_named_by_the_way_is_not(gathered):
    rows = as_written(gathered)
    assert set(labels_where(ASKS_FOR_A_LAW, rows)) == {"normative_reference"}
    assert set(labels_where(NAMES_A_LAW_BY_THE_WAY, rows)) == {"technical_research"}


def test_the_queries_to_judge_by_are_as_many_of_each_label(project, queries):
    assert len(list(read_examples(RECIPE / "human.jsonl", project.heads))) == 120
    assert Counter(query["intent"] for query in queries) == dict.fromkeys(LABELS, 24)
    assert all(query.keys() == {"text", "intent"} for query in queries)
    assert len({normal_form(query["text"]) for query in queries}) == 120


def test_no_template_gives_a_query_that_the_model_is_judged_by(gathered, traffic, queries):
    texts = [row.text for rows in (gathered.rows, traffic.rows) for row in rows]
    alike = [(queries[i]["text"], texts[j]) for i, j, _ in near_duplicates([query["text"] for query in queries], texts, 0.9)]
    assert alike == []


def test_the_traffic_is_put_otherwise_than_the_templates(gathered, traffic):
    assert {given.template.text for given in gathered.yields} & {given.template.text for given in traffic.yields} == set()
    texts = [row.text for row in traffic.rows]
    alike = {i for i, _, _ in near_duplicates(texts, [row.text for row in gathered.rows], 0.9)}
    assert len(alike) <= len(texts) * 0.01, [texts[i] for i in alike]


def test_the_traffic_has_some_labels_far_more_often_than_others(traffic):
    counts = Counter(row.labels["intent"] for row in traffic.rows)
    assert set(counts) == set(LABELS)
    assert counts.most_common(1)[0][0] == "technical_research"
    assert counts["technical_research"] >= 2.5 * min(counts.values())
