"""What fine-tuning a language model begins with, and what is kept of it on the way."""

from types import SimpleNamespace

import pytest

from sayso.artifacts import no_progress
from sayso.errors import InputError
from sayso.train.judging import JudgeByWriting
from sayso.train.llm_fit import lora_of
from sayso.tuning import Sft


def test_an_adapter_for_layers_that_the_model_does_not_have_is_refused_with_those_that_it_has():
    torch = pytest.importorskip("torch")
    model = torch.nn.ModuleDict({"c_attn": torch.nn.Linear(2, 2), "act": torch.nn.ReLU()})
    with pytest.raises(InputError, match=r"`lora_targets` are q_proj, .*it has: c_attn$"):
        lora_of(Sft(), model)
    assert lora_of(Sft(lora=False), model) is None


def test_what_was_judged_before_an_interruption_is_there_after_it(tmp_path, monkeypatch):
    for epoch, exact in ((1.0, 0.1), (2.0, 0.2), (2.0, 0.3)):
        monkeypatch.setattr("sayso.train.judging.judged_by_writing", lambda *given, exact=exact: {"exact": exact})
        judge = JudgeByWriting(None, None, None, ["a row"], tmp_path, no_progress)
        judge.on_epoch_end(None, SimpleNamespace(epoch=epoch), None)
    assert judge.epochs == [{"epoch": 1, "exact": 0.1}, {"epoch": 2, "exact": 0.3}]
