"""What a project must say of its labels before a model can be made of that."""

from pathlib import Path

import pytest

from sayso import recipes
from sayso.errors import ProjectError
from sayso.project import Project
from sayso.zeroshot.sentences import left_out, sentences_of, zero_shot_project

NUMBER = {"score": {"type": "score"}}
PIECES = {"slots": {"type": "spans", "labels": ["number", "name"]}}


def test_a_label_is_known_by_its_description_and_its_examples(shop):
    project = shop(
        labels={"buy": {"description": " wants bread ", "examples": ["two rolls", ""]}, "hours": {"examples": ["open?"]}}, fallback=None
    )
    assert sentences_of(project, "intent") == {"buy": ("wants bread", "two rolls"), "hours": ("open?",)}


def test_a_label_of_which_nothing_is_known_is_named(shop):
    project = shop(labels={"buy": "wants bread", "hours": None, "jobs": "", "other": None})
    with pytest.raises(
        ProjectError, match=r"sayso.yaml: heads.intent.labels.hours: .* \(nor is it of 1 more\); .*description or `examples`"
    ):
        sentences_of(project, "intent")


def test_a_fallback_needs_no_description(shop):
    assert sentences_of(shop(labels={"buy": "wants bread", "hours": "asks when", "other": None}), "intent")["other"] == ()


def test_score_heads_are_left_out(shop):
    project = shop(
        heads={"intent": {"type": "choice", "labels": {"a": "one thing", "b": "another"}}, **NUMBER}, gates=["intent.accuracy >= 0.9"]
    )
    assert left_out(project) == ["score"]
    assert list(zero_shot_project(project).heads) == ["intent"]


def test_spans_heads_are_left_out(shop):
    project = shop(heads={"intent": {"type": "choice", "labels": {"a": "one thing", "b": "another"}}, **PIECES})
    assert left_out(project) == ["slots"]
    assert list(zero_shot_project(project).heads) == ["intent"]
    with pytest.raises(ProjectError, match="only numbers or pieces of texts"):
        zero_shot_project(shop(heads=PIECES))


def test_a_project_of_numbers_alone_is_refused(shop):
    with pytest.raises(ProjectError, match="needs a head that chooses among labels, and this project has only numbers"):
        zero_shot_project(shop(heads=NUMBER))


@pytest.mark.parametrize("file", sorted(Path(recipes.__file__).parent.glob("*/sayso.yaml")), ids=lambda file: file.parent.name)
def test_every_recipe_says_enough_to_start_without_data(file):
    told = zero_shot_project(Project.load(file))
    assert all(sentences_of(told, name) for name in told.heads)
