"""Zero-shot on the embedded base model, as docs/zero-shot.md shows it."""

import re
from pathlib import Path

import pytest
import yaml

import sayso
from sayso.project import Project

PAGE = (Path(__file__).parents[2] / "docs" / "zero-shot.md").read_text(encoding="utf-8")
ANSWER = re.compile(r"^(\w+) +([01]\.\d{3}) +(\w+) +[\d.]+ ms  (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def bakery(tmp_path_factory):
    """The page's project, and its model."""
    folder = tmp_path_factory.mktemp("bakery")
    document = next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if block.startswith("name:"))
    (folder / "sayso.yaml").write_text(document, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAYSO_CACHE", str(folder / "cache"))
        patch.setattr("sayso.zeroshot.bundle.resolve_base", _real_base())
        yield sayso.load("zero-shot", project=Project.load(folder))


def _real_base():
    """The real cache's base models, while bundles go to one of the test's own."""
    from sayso.train.bases import resolve_base

    found = resolve_base("minilm")
    return lambda *given, **named: found


def test_the_answers_are_those_that_the_page_shows(bakery):
    shown = ANSWER.findall(PAGE)
    assert len(shown) == 5
    for label, confidence, _, text in shown:
        prediction = bakery.predict(text)
        assert prediction.label == label
        assert prediction.confidence == pytest.approx(float(confidence), abs=0.1)  # as INT8 rounds on this machine


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("how late are you open on friday", "opening_hours"),
        ("is this bread gluten free", "allergens"),
        ("what a beautiful sunset", "other"),
        ("restart the database", "other"),
    ],
)
def test_plain_messages_get_their_label(bakery, text, label):
    assert bakery.predict(text).label == label


def test_the_examples_that_the_page_adds_mend_what_went_wrong(tmp_path, monkeypatch):
    document, added = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[:2])
    document["heads"]["intent"] |= added
    (tmp_path / "sayso.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    monkeypatch.setattr("sayso.zeroshot.bundle.resolve_base", _real_base())
    assert sayso.load("zero-shot", project=tmp_path).predict("two loaves of sourdough").label == "order"
