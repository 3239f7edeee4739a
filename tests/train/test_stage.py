"""Training: what a run leaves behind, how it goes on after a kill, and what it refuses."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from sayso.artifacts import open_artifact
from sayso.errors import ArtifactError, DataError, InputError, UsageError
from sayso.examples import read_split
from sayso.project import Project
from sayso.train import train

STEPS = 7  # an epoch of the tiny project
KILLED_AT = 3 * STEPS + 2

KILLED_RUN = f"""
import os, signal, sys
from sayso.artifacts import open_artifact
from sayso.project import Project
from sayso.train import train

def kill(doing, done, total):
    if done == {KILLED_AT}:
        os.kill(os.getpid(), signal.SIGKILL)

project = Project.load(sys.argv[1])
train(project, open_artifact(project.build / "verified", "examples"), project.build / "weights", progress=kill)
"""


class Interrupted(Exception):
    pass


def watch(seen, until=None):
    """A Progress that keeps what it is told, and breaks the run off at a step."""

    def progress(doing, done, total):
        if doing.startswith("training"):
            seen.append((doing, done, total))
            if done == until:
                raise Interrupted

    return progress


def tensors(folder):
    from safetensors.numpy import load_file

    return load_file(folder / "model.safetensors") | load_file(folder / "heads.safetensors")


def largest_difference(one, other):
    ours, theirs = tensors(one), tensors(other)
    assert ours.keys() == theirs.keys()
    return max(float(np.abs(ours[name] - theirs[name]).max()) for name in ours)


def answers(project, weights, rows):
    """The label that the weights give to each row, by torch."""
    import torch

    from sayso.network.model import Shape, load_weights
    from sayso.network.tokens import load_tokenizer

    model = load_weights(weights.path, project.heads, Shape(**weights.manifest["shape"]))
    batch = load_tokenizer(weights.path)([row.text for row in rows], padding=True, return_tensors="pt")
    with torch.no_grad():
        return [list(project.heads["intent"].labels)[best] for best in model.outputs(**batch)["intent"].argmax(-1).tolist()]


def test_a_model_learns_what_its_examples_say(tiny_build):
    project, weights = Project.load(tiny_build), open_artifact(tiny_build / "build" / "weights", "weights")
    test = read_split(open_artifact(tiny_build / "build" / "verified", "examples"), "test", project.heads)
    right = [answer == row.labels["intent"] for answer, row in zip(answers(project, weights, test), test, strict=True)]
    assert np.mean(right) > 0.9


def test_weights_are_a_hugging_face_folder_that_others_can_load(tiny_build):
    from safetensors.numpy import load_file
    from transformers import AutoModel, AutoTokenizer

    folder = tiny_build / "build" / "weights"
    assert AutoModel.from_pretrained(folder).config.id2label == {0: "buy", 1: "hours", 2: "other"}
    assert AutoTokenizer.from_pretrained(folder)("buy bread")["input_ids"]
    assert {name: tensor.shape for name, tensor in load_file(folder / "heads.safetensors").items()} == {
        "intent.weight": (3, 32),
        "intent.bias": (3,),
    }


def test_the_manifest_tells_what_the_weights_are_and_how_they_came_about(tiny_build, tiny_base):
    from sayso.artifacts import digest_of_file

    facts = open_artifact(tiny_build / "build" / "weights", "weights").manifest
    assert facts["heads"]["intent"] == {"type": "choice", "labels": ["buy", "hours", "other"], "ordered": False, "fallback": "other"}
    assert (facts["shape"]["pooling"], facts["max_length"], facts["base"]) == ("mean", 32, str(tiny_base))
    assert facts["base_sha256"] == digest_of_file(tiny_base / "model.safetensors")
    assert [row["epoch"] for row in facts["history"]] == list(range(1, 9))
    assert facts["history"][0].keys() == {"epoch", "train_loss", "loss", "intent", "mean_over_heads"}
    assert facts["history"][-1]["train_loss"] < facts["history"][0]["train_loss"]


def test_the_same_seed_gives_the_same_weights_and_another_does_not(tiny_project, tiny_data):
    short = tiny_project.with_section("train", {"epochs": 1})
    one, other = (train(short, tiny_data, short.build / name) for name in ("one", "other"))
    assert one.digest == other.digest
    assert train(short.with_section("train", {"seed": 2}), tiny_data, short.build / "third").digest != one.digest


def test_a_killed_run_goes_on_from_its_last_epoch_and_ends_where_it_would_have(tiny_project, tiny_data, tiny_build):
    import torch

    as_here = os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads())}  # sums over other threads round otherwise
    result = subprocess.run([sys.executable, "-c", KILLED_RUN, tiny_project.folder], env=as_here, check=False)
    assert result.returncode == -signal.SIGKILL
    assert not (tiny_project.build / "weights").exists()
    seen = []
    resumed = train(tiny_project, tiny_data, tiny_project.build / "weights", progress=watch(seen))
    assert seen[0][1] == KILLED_AT // STEPS * STEPS + 1
    assert largest_difference(resumed.path, tiny_build / "build" / "weights") < 1e-4  # sums over another number of threads round otherwise
    assert resumed.manifest["history"] == open_artifact(tiny_build / "build" / "weights", "weights").manifest["history"]
    assert [path.name for path in tiny_project.build.iterdir() if ".work" in path.name] == []


def test_a_checkpoint_that_was_cut_short_is_passed_over(tiny_project, tiny_data):
    out = tiny_project.build / "weights"
    with pytest.raises(Interrupted):
        train(tiny_project, tiny_data, out, progress=watch([], until=KILLED_AT))
    (last,) = tiny_project.build.rglob(f"checkpoint-{3 * STEPS}")
    state = last / "trainer_state.json"
    state.write_text(state.read_text()[:100])
    seen = []
    train(tiny_project, tiny_data, out, progress=watch(seen))
    assert seen[0][1] == 2 * STEPS + 1


def test_a_run_that_was_killed_when_all_epochs_were_done_only_writes_its_weights(tiny_project, tiny_data, monkeypatch):
    short = tiny_project.with_section("train", {"epochs": 2})

    def break_off(*given):
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr("sayso.network.weights.save_heads", break_off)
        with pytest.raises(Interrupted):
            train(short, tiny_data, short.build / "weights")
    seen = []
    made = train(short, tiny_data, short.build / "weights", progress=watch(seen))
    assert seen == []
    assert made.digest == train(short, tiny_data, short.build / "again").digest


@pytest.mark.parametrize(("changes", "resume"), [({}, False), ({"learning_rate": 1e-3}, True)])
def test_a_run_starts_over_when_asked_or_when_its_settings_changed(tiny_project, tiny_data, changes, resume):
    with pytest.raises(Interrupted):
        train(tiny_project, tiny_data, tiny_project.build / "weights", progress=watch([], until=STEPS + 1))
    seen = []
    with pytest.raises(Interrupted):
        changed = tiny_project.with_section("train", changes)
        train(changed, tiny_data, tiny_project.build / "weights", resume=resume, progress=watch(seen, until=1))
    assert seen[0][1] == 1


def test_progress_goes_from_the_first_step_to_the_last_and_tells_loss_and_score(tiny_project, tiny_data):
    seen = []
    short = tiny_project.with_section("train", {"epochs": 3})
    train(short, tiny_data, short.build / "weights", progress=watch(seen))
    assert [done for _, done, _ in seen] == list(range(1, 3 * STEPS + 1))
    assert {total for _, _, total in seen} == {3 * STEPS}
    assert seen[0][0] == "training, epoch 1/3"
    assert seen[STEPS - 1][0].startswith("training, epoch 1/3")
    assert seen[-1][0].startswith("training, epoch 3/3, loss 0.")
    assert ", val 0." in seen[-1][0]


def test_training_says_nothing_of_its_own_on_the_terminal(tiny_project, tiny_data, capfd):
    train(tiny_project.with_section("train", {"epochs": 1}), tiny_data, tiny_project.build / "weights")
    assert capfd.readouterr() == ("", "")


def test_a_run_that_no_longer_gets_better_stops_early_and_keeps_its_best_epoch(tiny_project, tiny_data, tiny_base):
    still = tiny_project.with_section("train", {"learning_rate": 1e-12, "patience": 2})
    made = train(still, tiny_data, still.build / "weights")
    assert len(made.manifest["history"]) == 3
    assert made.manifest["best_epoch"] == 1


def test_frozen_layers_stay_as_the_base_has_them(tiny_project, tiny_data, tiny_base):
    from safetensors.numpy import load_file

    made = train(tiny_project.with_section("train", {"freeze_layers": 1, "epochs": 1}), tiny_data, tiny_project.build / "weights")
    before, after = load_file(tiny_base / "model.safetensors"), load_file(made.path / "model.safetensors")
    changed = {name for name in after if not np.array_equal(before[name], after[name])}
    assert changed
    assert all(name.startswith("encoder.layer.1.") for name in changed)


def test_a_base_folder_is_looked_for_beside_the_project_file(tiny_project, tiny_data, tiny_base):
    (tiny_project.folder / "models").mkdir()
    (tiny_project.folder / "models" / "mine").symlink_to(tiny_base)
    moved = tiny_project.with_base("models/mine").with_section("train", {"epochs": 1})
    assert train(moved, tiny_data, tiny_project.build / "weights").manifest["base"] == "models/mine"


def test_a_label_without_a_training_row_is_refused_by_name(tiny_project, tiny_data):
    rows = [json.loads(line) for line in (tiny_data.path / "train.jsonl").read_text().splitlines()]
    (tiny_data.path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows if row["intent"] != "hours"))
    with pytest.raises(DataError, match=r"train\.jsonl: no training row has the label 'hours' of 'intent'; add examples"):
        train(tiny_project, tiny_data, tiny_project.build / "weights")


def test_an_empty_training_split_is_refused(tiny_project, tiny_data):
    (tiny_data.path / "train.jsonl").write_text("")
    with pytest.raises(DataError, match="there are no training rows"):
        train(tiny_project, tiny_data, tiny_project.build / "weights")


@pytest.mark.parametrize(
    ("device", "message"), [("tpu", "no device 'tpu'; known are auto, cpu, cuda, mps"), ("cuda", "'cuda' is not available here")]
)
def test_a_device_that_is_not_there_is_refused(tiny_project, tiny_data, device, message):
    import torch

    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("there is one here")
    with pytest.raises(UsageError, match=message):
        train(tiny_project, tiny_data, tiny_project.build / "weights", device=device)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"precision": "fp16"}, UsageError, "fp16 needs a CUDA device, and this run is on cpu; use auto, bf16 or fp32"),
        ({"freeze_layers": 5}, UsageError, "freeze_layers is 5, and this base model has 2 layers"),
        ({"learning_rate": 1e30}, InputError, r"training broke down in epoch 1: the loss is .*; lower `train\.learning_rate`"),
    ],
)
def test_settings_that_cannot_work_say_what_to_change(tiny_project, tiny_data, settings, error, message):
    with pytest.raises(error, match=message):
        train(tiny_project.with_section("train", settings), tiny_data, tiny_project.build / "weights", device="cpu")
    assert not (tiny_project.build / "weights").exists()


def test_a_base_whose_weights_lack_a_layer_is_refused(tiny_project, tiny_data, tiny_base):
    from safetensors.numpy import load_file, save_file

    broken = tiny_project.folder / "broken"
    broken.mkdir()
    for path in tiny_base.iterdir():
        (broken / path.name).write_bytes(path.read_bytes())
    whole = load_file(tiny_base / "model.safetensors")
    save_file({name: tensor for name, tensor in whole.items() if ".layer.1." not in name}, broken / "model.safetensors", {"format": "pt"})
    with pytest.raises(ArtifactError, match=r"broken: this model's weights lack \d+ of its tensors, such as encoder\.layer\.1\."):
        train(tiny_project.with_base("broken"), tiny_data, tiny_project.build / "weights")


@pytest.mark.parametrize(("name", "content"), [("model.safetensors", b"torn"), ("config.json", b"{}"), ("tokenizer.json", b"{")])
def test_a_base_with_a_torn_file_is_refused(tiny_project, tiny_data, tiny_base, name, content):
    torn = tiny_project.folder / "torn"
    torn.mkdir()
    for path in tiny_base.iterdir():
        (torn / path.name).write_bytes(content if path.name == name else path.read_bytes())
    with pytest.raises(ArtifactError, match="torn: this "):
        train(tiny_project.with_base("torn"), tiny_data, tiny_project.build / "weights")
