"""How a language model is fitted: in sayso.yaml, and in the configuration files of the original."""

import pytest

from sayso.errors import ProjectError
from sayso.project import Project
from sayso.tuning import tuning_from_file

SFT = """
model:
  name: "meta-llama/Llama-3.2-1B-Instruct"
training:
  output_dir: "./models/sft"  # Overridden to ./models/{name}/sft
  num_train_epochs: 3
  per_device_train_batch_size: 8
  gradient_accumulation_steps: 4
  learning_rate: 2e-5
  warmup_ratio: 0.1
  lr_scheduler_type: "cosine"
  use_lora: true
  lora_r: 16
  lora_alpha: 32
  lora_dropout: 0.05
  lora_target_modules: ["q_proj", "v_proj", "k_proj", "o_proj"]
data:
  train_file: "./data/train.jsonl"
  validation_file: "./data/train_val.jsonl"
  max_seq_length: 2048
logging:
  report_to: "none"
  logging_steps: 10
"""
DPO = """
model:
  name: "./models/sft"  # Overridden to ./models/{name}/sft
training:
  output_dir: "./models/dpo"
  num_train_epochs: 1
  per_device_train_batch_size: 4
  gradient_accumulation_steps: 8
  learning_rate: 5e-6
  beta: 0.1  # KL penalty coefficient
  loss_type: "sigmoid"
data:
  preference_file: "./data/preferences.jsonl"
"""
PROJECT = """
name: bake
commands: schema.yaml
engine: llm
llm: {sft: sft_config.yaml, dpo: dpo_config.yaml, quantization: q4_k_m}
"""
SCHEMA = "name: bake\ncommands: [{name: oven, description: Heat the oven}, {name: list, description: List orders}]\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sft_config.yaml").write_text(SFT)
    (tmp_path / "dpo_config.yaml").write_text(DPO)
    (tmp_path / "schema.yaml").write_text(SCHEMA)
    (tmp_path / "sayso.yaml").write_text(PROJECT)
    return tmp_path


def test_the_originals_files_are_read_as_they_are(folder):
    llm = Project.load(folder).llm
    assert llm.base == "meta-llama/Llama-3.2-1B-Instruct"
    assert (llm.sft.epochs, llm.sft.batch_size, llm.sft.learning_rate, llm.sft.max_length) == (3, 8, 2e-5, 2048)
    assert (llm.sft.lora_r, llm.sft.lora_alpha, llm.sft.lora_targets) == (16, 32, ("q_proj", "v_proj", "k_proj", "o_proj"))
    assert llm.dpo is not None and (llm.dpo.beta, llm.dpo.loss, llm.dpo.learning_rate) == (0.1, "sigmoid", 5e-6)


def test_an_unknown_key_is_told_with_its_line_and_the_nearest_one(folder):
    path = folder / "sft_config.yaml"
    path.write_text(SFT.replace("lora_alpha", "lora_alfa"))
    with pytest.raises(ProjectError, match=r"sft_config.yaml:14: unknown key 'training.lora_alfa'.*lora_alpha"):
        tuning_from_file(path)


def test_a_file_that_sets_nothing_is_refused(folder):
    (folder / "sft_config.yaml").write_text("data: {train_file: x}\n")
    with pytest.raises(ProjectError, match="sets nothing"):
        Project.load(folder)


def test_a_language_model_needs_commands(folder):
    (folder / "sayso.yaml").write_text("name: x\nengine: llm\nheads: {intent: {type: choice, labels: [a, b]}}\n")
    with pytest.raises(ProjectError, match="engine 'llm' answers with commands"):
        Project.load(folder)


def test_a_project_of_commands_is_trained_as_its_heads_need_unless_it_says_otherwise(folder):
    assert (Project.load(folder).train.heads_start, Project.load(folder).train.max_length) == ("descriptions", 64)
    (folder / "sayso.yaml").write_text(PROJECT + "train: {epochs: 2}\n")
    assert (Project.load(folder).train.epochs, Project.load(folder).train.learning_rate) == (2, 2e-4)
