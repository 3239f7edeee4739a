"""Memory is reckoned from the base's own files; where it is short, the figure is told."""

from pathlib import Path

import pytest

from sayso.doctor.machine import Device, Machine
from sayso.doctor.needs import BaseHere, base_here, encoder_verdict, llm_verdict, parameters_of
from sayso.project import Train
from sayso.tuning import Sft

MINILM = BaseHere("minilm", 22_700_000, Path(), None, 384, 6, 30522)
LARGE = BaseHere("xlm-r", 278_000_000, Path(), None, 768, 12, 250_002)
LLAMA = BaseHere("meta-llama/Llama-3.2-1B-Instruct", 1_236_000_000, Path(), None, 2048, 16, 128_256)


def machine(memory=16e9, *devices):
    return Machine("a processor", 2, 0.0, int(memory), int(memory * 0.9), {}, devices)


def test_a_folder_is_a_base_with_its_weights_counted(tiny_base):
    base = base_here(str(tiny_base), Path())
    assert (base.folder, base.width, base.layers, base.reason) == (tiny_base, 32, 2, None)
    assert base.parameters == parameters_of(tiny_base / "model.safetensors") > 10_000


def test_a_base_that_is_not_here_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("sayso.train.bases.find_base", lambda name: None)
    base = base_here("xlm-r", Path())
    assert (base.folder, base.parameters) == (None, 278_000_000)
    assert "sayso bases --fetch xlm-r" in base.reason


def test_a_base_that_nobody_knows_is_told_and_stops_nothing():
    assert "there is no base model 'minlm'; did you mean 'minilm'?" in base_here("minlm", Path()).reason


@pytest.mark.parametrize(("base", "answer"), [(MINILM, "yes"), (LARGE, "slow")])
def test_on_a_processor_a_large_encoder_is_slow(base, answer):
    assert encoder_verdict(machine(), base, Train(), 24, missing=False).answer == answer


def test_what_does_not_fit_is_refused_with_both_figures():
    verdict = encoder_verdict(machine(4e9), LARGE, Train(), 24, missing=False)
    assert verdict.answer == "no"
    assert "GB of memory, and 3.6 GB of 4.0 GB are free" in verdict.why


def test_missing_packages_come_before_everything():
    assert encoder_verdict(machine(), MINILM, Train(), 24, missing=True).answer == "no"
    assert llm_verdict(machine(), LLAMA, Sft(), 64, missing=True).answer == "no"


def test_an_adapter_needs_far_less_than_the_whole_network():
    adapter = llm_verdict(machine(), LLAMA, Sft(), 64, missing=False)
    whole = llm_verdict(machine(), LLAMA, Sft(lora=False), 64, missing=False)
    assert adapter.answer == "slow"
    assert whole.answer == "no"
    assert "`lora: true` needs less" in whole.why
    assert adapter.memory < whole.memory / 2


def test_the_devices_memory_counts_where_it_has_its_own():
    gpu = Device("cuda", "A GPU", int(24e9), int(23e9))
    assert llm_verdict(machine(8e9, gpu), LLAMA, Sft(lora=False), 64, missing=False).answer == "yes"
    assert "on A GPU" in encoder_verdict(machine(8e9, gpu), MINILM, Train(), 24, missing=False).why
