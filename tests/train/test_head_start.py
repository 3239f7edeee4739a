"""A head that starts from what its labels mean."""

import torch

from sayso.project import Head
from sayso.train.head_start import start_from_descriptions

HEAD = Head.model_validate({"type": "choice", "labels": {"a": "first", "b": "second", "none": "nothing"}, "fallback": "none"})
MEANT = {"a: first": [4.0, 1.0, 0.0], "b: second": [1.0, 4.0, 0.0]}


def read(texts):
    return torch.tensor([MEANT[text] for text in texts])


def test_a_text_like_a_description_is_given_its_label_before_anything_is_learned():
    torch.manual_seed(0)
    layer = torch.nn.Linear(3, 3)
    texts = torch.tensor([[4.0, 1.0, 0.1], [1.0, 4.0, 0.1], [2.0, 2.0, 0.0], [3.0, 3.0, 0.2]])
    start_from_descriptions(layer, HEAD, texts, read)
    assert layer(texts[:2]).argmax(-1).tolist() == [0, 1]


def test_a_head_with_a_hidden_layer_starts_anywhere():
    torch.manual_seed(0)
    layer = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 3))
    before = layer[1].weight.clone()
    start_from_descriptions(layer, HEAD, torch.ones(2, 3), read)
    assert torch.equal(layer[1].weight, before)
