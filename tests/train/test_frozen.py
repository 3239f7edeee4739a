"""Frozen layers run once: what is trained from their kept outputs is what would be trained by running them again."""

import pytest
import torch
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel, RobertaConfig, RobertaModel

from sayso.artifacts import open_artifact
from sayso.examples import read_split
from sayso.network.model import freeze, load_encoder, only_layers
from sayso.network.tokens import load_tokenizer
from sayso.train import frozen as module
from sayso.train import train
from sayso.train.fit import Fit
from sayso.train.frozen import frozen_outputs
from sayso.train.rows import Collator, rows_of

SMALL = {"vocab_size": 200, "max_position_embeddings": 64}
SHAPE = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 48}
ENCODERS = {
    "bert": lambda: BertModel(BertConfig(**SMALL, **SHAPE), add_pooling_layer=False),
    "roberta": lambda: RobertaModel(RobertaConfig(**SMALL, **SHAPE), add_pooling_layer=False),
    "distilbert": lambda: DistilBertModel(DistilBertConfig(**SMALL, dim=32, n_layers=3, n_heads=2, hidden_dim=48)),
}


@pytest.fixture
def frozen_project(tiny_project):
    return tiny_project.with_section("train", {"freeze_layers": 1, "dropout": 0.0, "epochs": 3})


def losses(project, data, out):
    return [row["train_loss"] for row in train(project, data, project.build / out).manifest["history"]]


@pytest.mark.parametrize("kind", ENCODERS)
def test_the_first_layers_and_then_the_others_say_what_all_of_them_say(kind):
    torch.manual_seed(1)
    encoder = ENCODERS[kind]().eval()
    ids, mask = torch.randint(5, 190, (2, 9)), torch.ones(2, 9, dtype=torch.long)
    mask[1, 5:] = 0
    with torch.no_grad():
        whole = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        with only_layers(encoder, slice(0, 2)):
            first = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        with only_layers(encoder, slice(2, None)):
            split = encoder(inputs_embeds=first, attention_mask=mask).last_hidden_state
        again = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    assert torch.allclose(whole[mask == 1], split[mask == 1], atol=1e-6)
    assert torch.equal(whole, again)


def test_the_losses_are_those_of_running_the_frozen_layers_every_time(frozen_project, tiny_data, monkeypatch):
    once = losses(frozen_project, tiny_data, "once")
    monkeypatch.setattr(module, "LARGEST_FILE", 0)
    every_time = losses(frozen_project, tiny_data, "every")
    assert once == pytest.approx(every_time, abs=1e-4)


def test_frozen_layers_stay_and_the_others_learn(frozen_project, tiny_data, tiny_base):
    made = train(frozen_project, tiny_data, frozen_project.build / "weights")
    before, after = load_encoder(tiny_base).state_dict(), load_encoder(made.path).state_dict()
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all(name.startswith("encoder.layer.1.") for name in changed)


def test_an_encoder_that_does_more_between_its_layers_is_run_whole(tiny_base, tiny_data, tiny_project, tmp_path):
    encoder, tokenizer = load_encoder(tiny_base), load_tokenizer(tiny_base)
    rows = rows_of(read_split(tiny_data, "train", tiny_project.heads), tiny_project.heads, tokenizer, 32)
    encoder.register_forward_hook(lambda module, given, found: found.__class__(last_hidden_state=found.last_hidden_state * 2))
    assert frozen_outputs(encoder, 1, rows, tokenizer, tmp_path, "cpu", lambda *told: None) is None


def test_a_batch_holds_what_the_frozen_layers_say_padded_with_nothing(tiny_base, tiny_data, tiny_project, tmp_path):
    encoder, tokenizer = load_encoder(tiny_base), load_tokenizer(tiny_base)
    freeze(encoder, 1)
    rows = rows_of(read_split(tiny_data, "train", tiny_project.heads), tiny_project.heads, tokenizer, 32)
    kept = frozen_outputs(encoder, 1, rows, tokenizer, tmp_path, "cpu", lambda *told: None)
    batch = Collator(tokenizer, kept)(rows[:6])
    with torch.no_grad(), only_layers(encoder, slice(0, 1)):
        given = Collator(tokenizer)(rows[:6])
        wanted = encoder(input_ids=given["input_ids"], attention_mask=given["attention_mask"]).last_hidden_state
    mask = batch["attention_mask"].bool()
    assert torch.allclose(batch["inputs_embeds"][mask], wanted[mask], atol=1e-5)
    assert not batch["inputs_embeds"][~mask].any()
    assert "input_ids" not in batch


def test_a_killed_run_does_not_run_the_frozen_layers_again(frozen_project, tiny_data):
    def kill(doing, done, total):
        if doing.startswith("training") and done == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(frozen_project, tiny_data, frozen_project.build / "weights", progress=kill)
    told = []
    train(frozen_project, tiny_data, frozen_project.build / "weights", progress=lambda doing, *_: told.append(doing))
    assert not [doing for doing in told if "frozen" in doing]


def test_a_shared_layer_and_hidden_layers_are_saved_and_loaded(tiny_project, tiny_data):
    from sayso.network.model import Shape, load_weights

    project = tiny_project.with_section("train", {"projection": 24, "head_hidden": 12, "epochs": 2})
    made = train(project, tiny_data, project.build / "weights")
    loaded = load_weights(made.path, project.heads, Shape(**made.manifest["shape"]))
    assert made.manifest["shape"] == {"pooling": "mean", "projection": 24, "head_hidden": 12, "normalized": False}
    assert [tuple(tensor.shape) for tensor in loaded.neck.parameters()] == [(24, 32), (24,)]
    assert tuple(loaded.heads["intent"][0].weight.shape) == (12, 24)


def test_the_best_epoch_can_be_chosen_by_one_head(three_headed):
    project, data = three_headed
    project = project.with_section("train", {"best_by": "score", "epochs": 3})
    facts = train(project, data, project.build / "weights").manifest
    assert facts["best_epoch"] == max(facts["history"], key=lambda row: row["score"])["epoch"]


def test_the_optimizer_has_what_is_trained_and_nothing_else(tiny_project, tiny_data, tiny_base):
    project = tiny_project.with_section("train", {"freeze_layers": 1, "projection": 24})
    rows = read_split(open_artifact(tiny_data.path, "examples"), "train", project.heads)
    fit = Fit.prepare(project, tiny_base, rows, [], "cpu")
    trained = {id(parameter) for group in fit._optimizer().param_groups for parameter in group["params"]}
    assert trained == {id(parameter) for parameter in fit.model.parameters() if parameter.requires_grad}
