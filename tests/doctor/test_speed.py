"""The probe runs the project's own network with its own settings."""

import pytest

from clischema.samples import write_sample
from sayso.doctor import speed as module
from sayso.doctor.rows import rows_of
from sayso.doctor.speed import Speed, measure
from sayso.project import Project
from tiny_llm import needs_llm, tiny_llama


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 0.0)
    monkeypatch.setattr(module, "LLM_SECONDS", 0.0)
    monkeypatch.setattr(module, "TOKENS", 2)


@pytest.mark.parametrize("settings", ["", "freeze_layers: 1", "prune_vocabulary: true"])
def test_an_encoder_is_measured_with_its_settings(tiny_project, tiny_base, settings):
    project = tiny_project.with_section(
        "train", {key: {"1": 1, "true": True}[value] for key, value in [settings.split(": ")]} if settings else {}
    )
    speed = Speed()
    measure(project, rows_of(project), {"encoder": tiny_base}, speed, "cpu")
    assert speed.device == "cpu"
    assert min(speed.learn_batch, speed.read_batch, speed.step, speed.read_alone) > 0
    assert speed.llm_learn_batch is None


def test_every_kind_of_head_is_learned(three_headed, tiny_base):
    project, _ = three_headed
    speed = Speed()
    measure(project, rows_of(project), {"encoder": tiny_base}, speed, "cpu")
    assert speed.learn_batch > 0


def test_what_was_found_before_an_interruption_is_kept(tiny_project, tiny_base):
    def interrupted(doing, done, total):
        if done == 1:
            raise KeyboardInterrupt

    speed = Speed()
    with pytest.raises(KeyboardInterrupt):
        measure(tiny_project, rows_of(tiny_project), {"encoder": tiny_base}, speed, "cpu", interrupted)
    assert speed.read_alone > 0
    assert speed.learn_batch is None


@pytest.mark.slow
@pytest.mark.parametrize("lora", ["true", "false"])
def test_a_language_model_is_measured_with_its_adapter_and_without(tmp_path, lora):
    needs_llm()
    base = tiny_llama(tmp_path / "tiny")
    write_sample(tmp_path, name="schema.yaml")
    (tmp_path / "sayso.yaml").write_text(f"name: bake\ncommands: schema.yaml\nengine: llm\nllm: {{base: tiny, sft: {{lora: {lora}}}}}\n")
    project = Project.load(tmp_path)
    speed = Speed()
    measure(project, rows_of(project), {"llm": base}, speed, "cpu")
    assert min(speed.llm_learn_batch, speed.llm_read_batch, speed.llm_step, speed.tokens_alone, speed.tokens_at_once) > 0
    assert speed.answer_tokens > 2
    assert speed.learn_batch is None
