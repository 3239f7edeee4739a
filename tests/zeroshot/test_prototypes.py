"""What a label's row in the network is made of."""

import pytest
import torch

from sayso.artifacts import no_progress
from sayso.network.answering import open_weights, spec_of_weights
from sayso.network.model import Shape
from sayso.zeroshot.prototypes import LEAST_LIKENESS, SHARPNESS, prototype_weights

MEANINGS = ("wants to buy bread or cake", "asks when the shop is open")


@pytest.fixture
def answering(tmp_path):
    """A project's weights, run by torch."""

    def make(project, name="weights"):
        from pathlib import Path

        made = prototype_weights(project, Path(project.base), tmp_path / name, no_progress)
        return open_weights(spec_of_weights(made.manifest), made.path, Shape(**made.manifest["shape"])), made

    return make


def test_a_text_that_is_a_labels_description_gets_that_label(shop, answering):
    model, _ = answering(shop(labels=dict(zip(("buy", "hours"), MEANINGS, strict=True)), fallback=None))
    assert [p.label for p in model.predict(MEANINGS)] == ["buy", "hours"]


def test_a_description_alone_is_as_like_itself_as_can_be(shop, answering):
    model, _ = answering(shop(labels=dict(zip(("buy", "hours"), MEANINGS, strict=True)), fallback=None))
    assert model.logits([MEANINGS[0]])["intent"][0, 0] == pytest.approx(SHARPNESS * (1 - LEAST_LIKENESS), abs=0.1)


def test_the_name_of_a_label_is_never_read(shop, answering):
    first, _ = answering(shop(labels={"buy": MEANINGS[0], "hours": MEANINGS[1]}, fallback=None), "first")
    second, _ = answering(shop(labels={"hours": MEANINGS[0], "buy": MEANINGS[1]}, fallback=None), "second")
    text = ["please order rolls today"]
    assert first.logits(text)["intent"].tolist() == second.logits(text)["intent"].tolist()


def test_examples_move_a_label_to_what_they_say(shop, answering):
    def likeness(examples, name):
        labels = {"buy": {"description": MEANINGS[0], "examples": examples}, "hours": MEANINGS[1]}
        logits = answering(shop(labels=labels, fallback=None), name)[0].logits(["two loaves please"])["intent"][0]
        return logits[0] - logits[1]

    assert likeness(["two loaves", "two loaves today please"], "with") > likeness([], "without")


def test_a_fallback_wins_where_nothing_is_like_the_text(shop, answering):
    model, _ = answering(shop())
    logits = model.logits(["x q z", *MEANINGS])["intent"]
    assert logits[:, 2].tolist() == [0, 0, 0]
    assert model.predict(MEANINGS[1]).label == "hours"


def test_a_fallbacks_description_changes_nothing(shop, answering):
    labels = {"buy": MEANINGS[0], "hours": MEANINGS[1]}
    text = ["a joke about the weather"]
    said = [
        answering(shop(labels=labels | {"other": meaning}), name)[0].logits(text)["intent"]
        for name, meaning in (("a", None), ("b", "hello"))
    ]
    assert said[0].tolist() == said[1].tolist()


def test_the_scale_follows_from_how_alike_the_base_thinks_unrelated_messages(shop, answering):
    _, made = answering(shop())
    likeness = made.manifest["likeness"]
    assert -1 < likeness["unrelated"] < 1
    assert likeness["scale"]["intent"] == pytest.approx(SHARPNESS / (1 - likeness["unrelated"]), rel=1e-3)


def test_each_tag_is_judged_on_its_own(shop, answering):
    tags = {"type": "tags", "labels": {"bread": "bread and rolls", "cake": "cake and a pie"}}
    model, _ = answering(shop(heads={"things": tags}))
    assert model.predict("bread and rolls").heads["things"].labels[0] == "bread"


def test_what_is_saved_is_what_was_computed(shop, answering):
    _, made = answering(shop())
    from safetensors.torch import load_file

    rows = load_file(made.path / "heads.safetensors")["intent.weight"]
    assert torch.allclose(rows[:2].norm(dim=-1), torch.tensor(made.manifest["likeness"]["scale"]["intent"]), rtol=1e-4)
    assert rows[2].abs().sum() == 0
