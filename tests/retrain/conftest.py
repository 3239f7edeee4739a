"""A shop whose own examples know half of its customers' words; people labelled texts with the others."""

import json
import random
import shutil

import pytest

from conftest import OPENERS, THINGS, WORDS, write_project

KNOWN = 2
"""So many words of each label are in the project's own examples."""


@pytest.fixture(scope="session")
def shop_folder(tiny_base, tmp_path_factory):
    """The project, built on its own examples, with labels and rows to judge by beside it; not to be written to."""
    from sayso import pipeline
    from sayso.project import Project

    folder = tmp_path_factory.mktemp("shop") / "shop"
    write_project(folder, tiny_base)
    write_rows(folder / "examples.jsonl", "intent", [row for row in texts(WORDS) if word_of(row) < KNOWN][::2])
    write_rows(folder / "people.jsonl", "label", [row for row in texts(WORDS) if word_of(row) >= KNOWN][::2])
    write_rows(folder / "judge.jsonl", "intent", texts(WORDS)[1::4])
    for _ in pipeline.build(Project.load(folder)):
        pass
    return folder


@pytest.fixture(scope="session")
def retrained(shop_folder, tmp_path_factory):
    """A shop that was retrained once, what came of it, what was told, and the digest of its build before; not to be written to."""
    from sayso.artifacts import digest_of_folder
    from sayso.project import Project

    place = tmp_path_factory.mktemp("retrained")
    project = Project.load(shutil.copytree(shop_folder, place / "shop"))
    before, told = digest_of_folder(project.build), []
    made = run(project, registry=place / "registry", why="the first", progress=lambda *at: told.append(at))
    return project, made, told, before


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """An empty registry and an empty cache."""
    monkeypatch.setenv("SAYSO_REGISTRY", str(tmp_path / "registry"))
    monkeypatch.setenv("SAYSO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def shop(shop_folder, tmp_path, elsewhere):
    """A copy of the shop, to be written to."""
    from sayso.project import Project

    return Project.load(shutil.copytree(shop_folder, tmp_path / "shop"))


@pytest.fixture
def trained_shop(retrained, tmp_path, elsewhere):
    """A copy of the shop that was retrained, so that only what comes after training is left to do; never frozen, never registered."""
    from sayso.project import Project

    folder = shutil.copytree(retrained[0].folder, tmp_path / "shop")
    shutil.rmtree(folder / "frozen")
    return Project.load(folder)


def run(project, **options):
    """Retrain on what people labelled, judged by the rows beside it."""
    from sayso.retrain import labels_in, retrain

    given = [labels_in(project.folder / "people.jsonl", project.heads)]
    return retrain(project, given, **({"test": project.folder / "judge.jsonl"} | options))


def texts(words):
    """Pairs of a text and its label, in an order that no label or word shapes."""
    rows = [(f"{opener}{word} {thing}", label) for label, own in words.items() for word in own for opener in OPENERS for thing in THINGS]
    random.Random(3).shuffle(rows)
    return rows


def word_of(row):
    """Which of its label's words a text has."""
    return next(place for place, word in enumerate(WORDS[row[1]]) if word in row[0].split())


def write_rows(path, key, rows):
    """A file of texts and labels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"text": text, key: label}) + "\n" for text, label in rows), encoding="utf-8")
    return path
