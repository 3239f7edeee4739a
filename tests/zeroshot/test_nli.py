"""A network for natural language inference answers for labels that it never saw."""

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from sayso.errors import ArtifactError, ProjectError
from sayso.zeroshot import nli
from sayso.zeroshot.nli import TEMPLATES, is_nli, open_nli, spec_of_nli
from tiny_networks import ARCHITECTURES, write_classifier

TEXT = "can i buy bread today"
HYPOTHESES = [
    "This text is about: wants to buy bread or cake.",
    "This text is about: asks when the shop is open.",
    "This text is about: anything else.",
]


@pytest.fixture
def answering(tmp_path):
    """A project's model by a tiny network with these labels."""

    def make(project, labels=("entailment", "neutral", "contradiction"), architecture="bert"):
        folder = write_classifier(tmp_path / "-".join(labels), labels, architecture)
        return open_nli(spec_of_nli(project, folder), project, folder)

    return make


def logits_of(folder, text, hypotheses):
    """What the network itself says of a text and each hypothesis, one at a time."""
    network, tokenizer = AutoModelForSequenceClassification.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        return np.array([network(**tokenizer(text, one, return_tensors="pt")).logits[0].numpy() for one in hypotheses])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_choice_is_a_softmax_over_the_entailment_of_each_description(shop, answering, tmp_path, architecture):
    with answering(shop(), architecture=architecture) as model:
        prediction = model.predict(TEXT)
    entailed = logits_of(tmp_path / "entailment-neutral-contradiction", TEXT, HYPOTHESES)[:, 0]
    expected = np.exp(entailed) / np.exp(entailed).sum()
    assert [prediction.scores[label] for label in ("buy", "hours", "other")] == pytest.approx(expected.tolist(), abs=1e-4)
    assert prediction.label == ("buy", "hours", "other")[expected.argmax()]


@pytest.mark.parametrize(
    "labels", [("CONTRADICTION", "NEUTRAL", "ENTAILMENT"), ("contradiction", "entailment", "neutral"), ("not_entailment", "Entailment")]
)
def test_entailment_is_found_whatever_its_case_and_place(shop, answering, tmp_path, labels):
    with answering(shop(), labels) as model:
        found = model.logits([TEXT])["intent"][0]
    column = [label.lower() for label in labels].index("entailment")
    assert found.tolist() == pytest.approx(logits_of(tmp_path / "-".join(labels), TEXT, HYPOTHESES)[:, column].tolist(), abs=1e-4)


def test_a_tag_is_entailment_against_contradiction(shop, answering, tmp_path):
    tags = {"things": {"type": "tags", "labels": {"bread": "bread", "cake": "cake"}}}
    with answering(shop(heads=tags)) as model:
        found = model.logits([TEXT])["things"][0]
    rows = logits_of(tmp_path / "entailment-neutral-contradiction", TEXT, [f"This text is about: {thing}." for thing in ("bread", "cake")])
    assert found.tolist() == pytest.approx((rows[:, 0] - rows[:, 2]).tolist(), abs=1e-4)


def test_many_labels_are_asked_about_in_several_batches(shop, answering, monkeypatch):
    with answering(shop()) as model:
        at_once = model.predict(TEXT)
        monkeypatch.setattr(nli, "AT_ONCE", 2)
        assert dict(model.predict(TEXT).scores) == pytest.approx(dict(at_once.scores), abs=1e-5)


@pytest.mark.parametrize(
    ("languages", "begins"), [(["it"], "Questo testo"), (["zh-CN"], "这段文字"), (["fi"], "This text"), (["de", "en"], "In diesem")]
)
def test_the_hypothesis_is_in_the_projects_language(shop, languages, begins):
    assert nli._hypotheses(shop(languages=languages), "intent")[0].startswith(begins)


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_every_template_has_one_place_for_a_description(template):
    assert template.count("{}") == 1


def test_a_project_may_have_a_template_of_its_own(shop):
    project = shop(zero_shot={"template": "Questa domanda riguarda {}"})
    assert nli._hypotheses(project, "intent")[0] == "Questa domanda riguarda wants to buy bread or cake"


@pytest.mark.parametrize("template", ["no place", "{} and {}"])
def test_a_template_without_one_place_is_refused_with_its_line(shop, template):
    with pytest.raises(ProjectError, match=r"sayso.yaml:\d+: zero_shot.template: .* one \{\} in it"):
        shop(zero_shot={"template": template})


def test_a_network_without_entailment_says_what_it_knows(shop, answering, tmp_path):
    with pytest.raises(ArtifactError, match="it knows joy, anger, and no entailment; zero-shot:MODEL wants one"):
        answering(shop(), ("joy", "anger"))
    assert not is_nli(tmp_path / "joy-anger")


def test_a_label_without_a_description_is_named(shop, answering):
    labels = {"buy": {"examples": ["two rolls"]}, "hours": "asks when the shop is open"}
    with pytest.raises(ProjectError, match=r"heads\.intent\.labels\.buy: it has no description"):
        answering(shop(labels=labels, fallback=None))


def test_an_empty_text_is_out_of_scope(shop, answering):
    with answering(shop()) as model:
        prediction = model.predict(" ")
    assert (prediction.label, prediction.action, prediction.out_of_scope) == ("other", "ask", True)


def test_lists_half_characters_and_long_texts_are_answered(shop, answering):
    with answering(shop()) as model:
        found = model.predict([TEXT, "\ud800 bread", "bread " * 500])
        assert [prediction.label in model.labels for prediction in found] == [True, True, True]
        assert found[0] == model.predict(TEXT)
        assert model.predict([]) == []


def test_a_closed_model_answers_no_more(shop, answering):
    from sayso.errors import UsageError

    model = answering(shop())
    model.close()
    with pytest.raises(UsageError, match="this model was closed"):
        model.predict(TEXT)
