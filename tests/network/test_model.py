"""The network: what each head learns from a batch in which not every label is known."""

import math

import pytest
import torch

from sayso.network.model import NO_CHOICE, EncoderWithHeads, Shape, load_encoder
from sayso.project import Head

HEADS = {
    "tier": Head(type="choice", labels=["easy", "hard"]),
    "domains": Head(type="tags", labels=["code", "maths", "law"]),
    "score": Head(type="score"),
}
NAN = math.nan
INPUTS = {"input_ids": torch.tensor([[2, 7, 8, 3], [2, 9, 3, 0], [2, 5, 6, 3]])}
INPUTS["attention_mask"] = (INPUTS["input_ids"] != 0).long()


@pytest.fixture
def network(tiny_base):
    torch.manual_seed(1)
    return EncoderWithHeads(load_encoder(tiny_base), HEADS, Shape()).eval()


def labels(tier=(0, 1, 1), domains=((1, 0, 0), (0, 0, 0), (0, 1, 1)), score=(0.1, 0.9, 0.4), weight=(1, 1, 1)):
    return {
        "label_tier": torch.tensor(tier),
        "label_domains": torch.tensor(domains, dtype=torch.float),
        "label_score": torch.tensor(score),
        "weight": torch.tensor(weight, dtype=torch.float),
    }


def loss_of(network, rows=slice(None), **changes):
    given = {name: values[rows] for name, values in (INPUTS | labels(**changes)).items()}
    return network(**given)["loss"].item()


def test_every_head_has_an_output_of_its_kind(network):
    outputs = network(**INPUTS)
    assert {name: tuple(output.shape) for name, output in outputs.items()} == {"tier": (3, 2), "domains": (3, 3), "score": (3,)}
    assert ((outputs["score"] > 0) & (outputs["score"] < 1)).all()


def test_what_heads_see_may_be_brought_to_length_one(network, tiny_base):
    plain = network.pooled(**INPUTS)
    normalized = EncoderWithHeads(load_encoder(tiny_base), HEADS, Shape(normalized=True)).eval().pooled(**INPUTS)
    assert torch.allclose(normalized, plain / plain.norm(dim=-1, keepdim=True), atol=1e-6)


def test_padding_changes_no_answer(network):
    alone = network(input_ids=torch.tensor([[2, 9, 3]]), attention_mask=torch.ones(1, 3, dtype=torch.long))
    padded = network(**INPUTS)
    assert all(torch.allclose(alone[name][0], padded[name][1], atol=1e-6) for name in alone)


def test_a_row_whose_labels_are_unknown_counts_for_nothing(network):
    unknown = {"tier": (0, NO_CHOICE, 1), "domains": ((1, 0, 0), (NAN, NAN, NAN), (0, 1, 1)), "score": (0.1, NAN, 0.4)}
    assert loss_of(network, **unknown) == pytest.approx(loss_of(network, rows=[0, 2]), abs=1e-6)


def test_a_batch_in_which_a_head_knows_nothing_still_teaches_the_others(network):
    nothing = {"score": (NAN, NAN, NAN), "domains": ((NAN,) * 3,) * 3}
    network.zero_grad()
    network(**INPUTS, **labels(**nothing))["loss"].backward()
    assert network.heads["tier"].weight.grad.abs().sum() > 0
    assert network.heads["score"].weight.grad.abs().sum() == 0
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters() if parameter.grad is not None)


def test_a_row_that_weighs_twice_counts_as_two(network):
    twice = loss_of(network, rows=[0, 1], weight=(2, 1, 1))
    assert twice == pytest.approx(loss_of(network, rows=[0, 0, 1]), abs=1e-6)


def test_a_heads_loss_weight_scales_its_share(tiny_base):
    shares = []
    for weight in (1.0, 3.0):
        torch.manual_seed(1)
        heads = {"score": HEADS["score"].model_copy(update={"loss_weight": weight})}
        shares.append(loss_of(EncoderWithHeads(load_encoder(tiny_base), heads, Shape()).eval()))
    assert shares[1] == pytest.approx(3 * shares[0])


def test_label_smoothing_keeps_a_sure_and_right_answer_from_costing_nothing(tiny_base):
    torch.manual_seed(1)
    network = EncoderWithHeads(load_encoder(tiny_base), {"tier": HEADS["tier"]}, Shape(), label_smoothing=0.1).eval()
    torch.nn.init.zeros_(network.heads["tier"].weight)
    network.heads["tier"].bias.data = torch.tensor([100.0, -100.0])
    assert loss_of(network, tier=(0, 0, 0)) > 1


def test_the_first_token_can_be_what_the_heads_see(tiny_base):
    torch.manual_seed(1)
    network = EncoderWithHeads(load_encoder(tiny_base), HEADS, Shape("cls")).eval()
    hidden = network.encoder(**INPUTS).last_hidden_state[:, 0]
    assert torch.allclose(network(**INPUTS)["tier"], network.heads["tier"](hidden), atol=1e-6)
