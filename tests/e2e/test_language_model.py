"""The engine that writes, from a schema to a bundle, on a language model of no size: what it promises whatever it has learned."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

import sayso
from sayso.artifacts import open_artifact, read_json
from tiny_llm import needs_llm, tiny_llama

pytestmark = pytest.mark.slow

SCHEMA = """
name: bake
description: Run a bakery
commands:
  - name: order
    description: Work with orders
    subcommands:
      - name: list
        description: List orders
        args: [{name: state, values: [open, done]}, {name: limit, type: integer, range: [1, 99]}]
        flags: [{name: web, description: Open in the browser}]
      - name: cancel
        description: Cancel an order
        risk: destructive
        args: [{name: number, type: integer, positional: true, required: true}]
      - name: note
        description: Write a note on an order
        args: [{name: number, type: integer, positional: true, required: true}, {name: text, required: true}]
  - {name: oven, description: Heat the oven, args: [{name: degrees, type: integer, required: true}]}
"""
PROJECT = """
name: bake
commands: schema.yaml
engine: llm
generate: {rows_per_command: 20, verification_share: 0}
check: {min_per_label: 1}
llm:
  base: tiny
  sft: {epochs: 3, gradient_accumulation: 1, learning_rate: 0.01, judge_rows: 4}
  dpo: {least_pairs: 4, requests: 16, samples: 2, pairs: 16, gradient_accumulation: 1}
  rivals: [q4_0]
"""
REQUESTS = [
    "list the open orders",
    "cancel order 7",
    "note on 5: call back, 'soon' \\ \"urgent\"",
    "what's the weather <|im_end|> now",
    "naïve ☃ 👩‍💻 " * 20,
    "?",
]


def run(*args, cwd, code=0, **environment):
    command = [sys.executable, "-m", "sayso", *map(str, args)]
    given = {**os.environ, "NO_COLOR": "1", **environment}
    result = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=given, stdin=subprocess.DEVNULL, check=False)
    assert result.returncode == code, result.stderr
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Built with the fine-tuning killed once on the way."""
    needs_llm()
    folder = tmp_path_factory.mktemp("bake")
    (folder / "schema.yaml").write_text(SCHEMA)
    (folder / "sayso.yaml").write_text(PROJECT)
    tiny_llama(folder / "tiny")
    run("build", "--until", "verify", cwd=folder)
    killed = subprocess.Popen([sys.executable, "-m", "sayso", "sft"], cwd=folder, start_new_session=True)
    while killed.poll() is None and not list(folder.glob("build/.sft.work/*/checkpoint-*/trainer_state.json")):
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert not (folder / "build" / "sft").exists()
    run("build", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def model(project):
    with sayso.load(project) as model:
        yield model


def test_a_killed_fine_tuning_went_on_from_its_last_epoch(project):
    assert read_json(project / "build" / "sft" / "manifest.json")["resumed_at_step"] > 0


def test_training_preferences_evaluation_and_the_file_that_llama_cpp_runs_see_the_same_token_ids(project, model):
    from sayso.examples import Example, read_split
    from sayso.examples.answers import Answered
    from sayso.network.causal import NETWORK, load_causal
    from sayso.runtime.prompt import Prompt, Prompter
    from sayso.train.dpo import rows_of_pairs
    from sayso.train.preferences import Pair
    from sayso.train.sft import token_rows

    loaded = sayso.Project.load(project)
    assert read_split(open_artifact(project / "build" / "verified", "examples"), "train", loaded.heads)
    made = open_artifact(project / "build" / "sft", "sft")
    causal = load_causal(made.path / NETWORK)
    prompter = Prompter(Prompt.from_spec(made.manifest["prompt"]), loaded.tool)
    answered = [Answered(text, "? unclear", None, Example(text, {})) for text in REQUESTS]
    by_sft = token_rows(causal, prompter, answered)
    by_dpo = rows_of_pairs(causal, prompter, [Pair(text, "? unclear", "oven", "wrong parts") for text in REQUESTS])
    for index, text in enumerate(REQUESTS):
        ids = model.writer.ids(model.interpreter.reader.prompter(text))
        assert causal.ids(prompter(text)) == ids, "evaluation by torch, and preferences"
        learned = by_sft[index]
        assert learned["input_ids"][: learned["completion_mask"].index(1)] == ids, "fine-tuning"
        assert causal.tokenizer(by_dpo[index]["prompt"])["input_ids"] == ids, "what is preferred"
        assert read_json(project / "build" / "bundle" / "manifest.json")["spec"]["prompt"] == made.manifest["prompt"], "server and runtime"


def test_only_the_answer_and_its_end_are_learned(project):
    from sayso.examples import Example
    from sayso.examples.answers import Answered
    from sayso.network.causal import NETWORK, load_causal
    from sayso.runtime.prompt import Prompt, Prompter
    from sayso.train.sft import token_rows

    made = open_artifact(project / "build" / "sft", "sft")
    causal = load_causal(made.path / NETWORK)
    prompter = Prompter(Prompt.from_spec(made.manifest["prompt"]), sayso.Project.load(project).tool)
    row = token_rows(causal, prompter, [Answered("heat up", "oven degrees=200", ("oven",), Example("heat up", {}))])[0]
    learned = [token for token, kept in zip(row["input_ids"], row["completion_mask"], strict=True) if kept]
    assert causal.tokenizer.decode(learned) == "oven degrees=200" + causal.tokenizer.eos_token


def test_torch_and_llama_cpp_agree_before_anything_is_quantized(project):
    parity = read_json(project / "build" / "gguf" / "manifest.json")["parity"]
    assert parity["same_ids"] == 1 and parity["same_stop"] and parity["same_answers"] >= 0.85


def test_whatever_it_has_learned_an_answer_is_one_that_the_schema_allows(model):
    for text in REQUESTS:
        answer = model.interpret(text).to_dict()
        assert answer["type"] in ("command", "clarification") and 0 <= answer["confidence"] <= 1
        assert answer.get("action") != "execute" or answer["risk"] != "destructive"


def test_with_the_grammar_no_fewer_answers_are_valid(project):
    figures = read_json(project / "build" / "llm-report" / "report.json")["figures"]["without_grammar"]
    assert figures["valid_with_grammar"] >= figures["valid"]


def test_the_real_mix_of_tensors_and_every_quantizations_cost_are_told(project):
    manifest = read_json(project / "build" / "gguf" / "manifest.json")
    assert set(manifest["quality"]) == {"f16", "q8_0", "q4_0"}
    assert sum(mix["share_of_bytes"] for mix in manifest["tensors"].values()) == pytest.approx(1, abs=0.01)


def test_the_prompt_that_was_read_is_not_read_again(model):
    prompt = model.interpreter.reader.prompter("list the open orders")
    first = model.writer.write(prompt)
    assert model.writer.write(prompt) == first
    assert model.writer.write(model.interpreter.reader.prompter("oven")) != first


def test_one_answer_is_the_same_whatever_was_asked_before(model):
    texts = [model.interpret(text).to_dict() for text in REQUESTS]
    assert [model.interpret(text).to_dict() for text in reversed(REQUESTS)] == texts[::-1]


def test_the_command_line_uses_it_like_any_other(project):
    printed = run("do", project, "list the orders", "--json", cwd=project)
    assert json.loads(printed[printed.index("{") :])["type"] in ("command", "clarification")


def test_a_changed_file_is_refused(project, tmp_path):
    copy = shutil.copytree(project / "build" / "bundle", tmp_path / "bundle")
    with open(copy / "model.gguf", "r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x00")
    with pytest.raises(sayso.BundleError, match="this file was changed"):
        sayso.load(copy)


def test_without_the_extra_it_is_said_what_to_install(project):
    blocked = "import sys; sys.modules['llama_cpp'] = None; import sayso; sayso.load('build/bundle')"
    told = subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True, cwd=project, check=False)
    assert "sayso[llm]" in told.stderr


def test_every_stage_can_be_run_alone(project, tmp_path):
    copy = shutil.copytree(project, tmp_path / "bake")
    assert "fitted on" in run("calibrate", cwd=copy)
    assert "report.html" in run("evaluate", cwd=copy)
    assert "questions back, F1" in run("evaluate", "--no-grammar", cwd=copy)
    assert "What the grammar gives" in (copy / "build" / "llm-report" / "report.html").read_text(encoding="utf-8")
    assert "same tokens" in run("gguf", "--quant", "q4_0", cwd=copy)
    assert read_json(copy / "build" / "gguf" / "manifest.json")["spec"]["quantization"] == "q4_0"


def test_with_the_grammar_every_finished_answer_is_one(model):
    from sayso.clischema.notation import read_notation

    for text in REQUESTS:
        answer = model.writer.write(model.interpreter.reader.prompter(text))
        if answer.stopped is not None:
            written = read_notation(model.schema, answer.text)
            assert written.kind is not None or written.path
