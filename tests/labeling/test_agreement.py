from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from sayso.labeling.agreement import agreement, cohen_kappa, fleiss_kappa, label_agreement

DIAGNOSES = ["depression", "personality disorder", "schizophrenia", "neurosis", "other"]
PATIENTS = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
"""How many of six psychiatrists gave each diagnosis to each of 30 patients: table 1 of Fleiss 1971."""


def diagnoses():
    return [dict(zip(DIAGNOSES, map(int, patient), strict=True)) for patient in PATIENTS.split()]


def test_the_example_that_fleiss_published_in_1971():
    assert fleiss_kappa(diagnoses()) == pytest.approx(0.430, abs=5e-4)


def test_the_kappas_of_single_labels_that_fleiss_published():
    opinions = [[{label} for label, times in patient.items() for _ in range(times)] for patient in diagnoses()]
    found = label_agreement(opinions)
    published = {"depression": 0.245, "personality disorder": 0.245, "schizophrenia": 0.520, "neurosis": 0.471, "other": 0.566}
    assert {label: found[label].kappa for label in DIAGNOSES} == pytest.approx(published, abs=1e-3)
    assert (found["other"].given, found["other"].agreed) == (14, 4)


def test_a_textbook_example_with_fourteen_raters():
    rows = """0 0 0 0 14; 0 2 6 4 2; 0 0 3 5 6; 0 3 9 2 0; 2 2 8 1 1; 7 7 0 0 0; 3 2 6 3 0; 2 5 3 2 2; 6 5 2 1 0; 0 2 2 3 7"""
    counts = [dict(enumerate(map(int, row.split()))) for row in rows.split(";")]
    assert fleiss_kappa(counts) == pytest.approx(0.210, abs=5e-4)


labels = st.sampled_from(["buy", "hours", "other"])


@given(st.lists(st.tuples(labels, labels), min_size=1, max_size=40))
def test_two_people_get_what_scikit_learn_reckons(pairs):
    ours = cohen_kappa(pairs)
    if len({label for pair in pairs for label in pair}) == 1:
        assert ours is None
    else:
        assert ours == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)), abs=1e-9)


@given(st.lists(st.lists(labels, max_size=6), max_size=20))
def test_kappa_is_a_number_up_to_one_or_nothing(rated):
    kappa = fleiss_kappa([Counter(item) for item in rated])
    assert kappa is None or -1.0001 <= kappa <= 1.0001


@pytest.mark.parametrize(
    "items",
    [[], [{"anna": "buy"}], [{"anna": "buy"}, {"bo": "hours"}], [{"anna": "buy", "bo": "buy"}, {"anna": "buy", "bo": "buy"}]],
    ids=["nothing", "one opinion", "no item with two", "one label only"],
)
def test_what_cannot_be_told_is_none(items):
    assert agreement(items).kappa is None


def test_without_two_opinions_there_is_no_share_either():
    assert agreement([{"anna": "buy"}]).share is None
    assert agreement([{"anna": "buy"}]).labels == {}


def test_the_same_two_people_are_judged_by_their_own_habits():
    items = [{"anna": "buy", "bo": "buy"}, {"bo": "hours", "anna": "buy"}, {"anna": "hours", "bo": "hours"}, {"anna": "buy"}]
    found = agreement(items)
    assert (found.items, found.agreed, found.people) == (3, 2, 2)
    assert found.kappa == pytest.approx(cohen_kappa_score(["buy", "buy", "hours"], ["buy", "hours", "hours"]))


def test_several_people_who_each_saw_some_are_judged_together():
    items = [{"anna": "buy", "bo": "buy"}, {"bo": "hours", "cy": "buy"}, {"anna": "hours", "bo": "hours", "cy": "hours"}]
    assert agreement(items).kappa == fleiss_kappa([{"buy": 2}, {"hours": 1, "buy": 1}, {"hours": 3}])


def test_a_label_is_agreed_on_when_all_gave_it():
    found = agreement([{"anna": "buy", "bo": "buy"}, {"anna": "buy", "bo": "hours"}, {"anna": "hours", "bo": "hours"}])
    assert (found.labels["buy"].given, found.labels["buy"].agreed, found.labels["buy"].share) == (2, 1, 0.5)
    assert list(found.labels) == ["buy", "hours"]


def test_tags_are_judged_one_by_one():
    items = [{"anna": ["code", "math"], "bo": ["code"]}, {"anna": [], "bo": []}, {"anna": ["math"], "bo": ["math"]}]
    found = agreement(items)
    assert (found.items, found.agreed) == (3, 2)
    assert found.labels["code"].kappa == 1.0
    assert found.kappa == pytest.approx((found.labels["code"].kappa + found.labels["math"].kappa) / 2)
