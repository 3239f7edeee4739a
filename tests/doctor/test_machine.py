"""What the machine has is told as the system tells it, and nothing is made up where it does not."""

import json
import os

import pytest

from sayso.doctor import machine as module
from sayso.doctor.machine import Device, machine


def test_this_machine_has_a_processor_memory_and_room(tmp_path):
    here = machine((tmp_path, tmp_path / "not" / "yet"), with_torch=False)
    assert here.processor
    assert 1 <= here.cores <= os.cpu_count()
    assert 0 < here.free_memory <= here.memory
    assert len(set(here.disks.values())) == 1
    assert json.loads(json.dumps(here.to_dict()))["cores"] == here.cores


@pytest.mark.parametrize("said", ["NVIDIA RTX 4090, 24564, 24000\n", ""])
def test_a_device_that_torch_cannot_use_is_told_as_such(monkeypatch, said):
    monkeypatch.setattr(module, "_output", lambda command: said if command[0] == "nvidia-smi" else "")
    here = machine((), with_torch=False)
    assert here.devices == ((Device("cuda", "NVIDIA RTX 4090", 24564 << 20, 24000 << 20, usable=False),) if said else ())
    assert here.device is None


def test_a_device_that_torch_can_use_is_what_training_takes(monkeypatch):
    found = {"kind": "cuda", "name": "A100", "memory": 80 << 30, "free_memory": 79 << 30}
    monkeypatch.setattr("sayso.network.probe.accelerators", lambda: [found])
    assert machine((), with_torch=True).device == Device(**found)


def test_a_program_that_is_not_there_says_nothing():
    assert module._output(["no-such-program-at-all"]) == ""
