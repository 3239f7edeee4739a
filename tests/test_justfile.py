"""`just` with the words of the original system: each target runs the verb that does its work."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clischema.samples import write_sample
from sayso.project import Project

ROOT = Path(__file__).parent.parent
JUST = shutil.which("just", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
NAMED = "cd training/mycli && "
WITH_LLM = "sayso generate --with llm"
TARGETS = {
    "train name=mycli": ["sayso build --until generate", "sayso build"],
    "train name=mycli num=5000": [f"{WITH_LLM} --num 5000 && ", "sayso build"],
    "train name=mycli quant=q8_0": [
        "sayso build --until generate",
        "sayso build --until dpo && sayso gguf --quant q8_0 && sayso calibrate && sayso evaluate && sayso bundle",
    ],
    "train quant=q8_0 num=5000 name=mycli": [f"{WITH_LLM} --num 5000 && ", "sayso build --until dpo && sayso gguf --quant q8_0 && "],
    "train-generate name=mycli": ["sayso build --until generate"],
    "train-generate name=mycli num=20": [f"{WITH_LLM} --num 20 && "],
    "train-generate-force name=mycli": ["sayso generate"],
    "train-generate-force name=mycli num=20": [f"{WITH_LLM} --num 20 --force && "],
    "train-sft name=mycli": ["sayso build --until verify && sayso sft"],
    "train-generate-preferences name=mycli": ["sayso prefer"],
    "train-dpo name=mycli": ["sayso dpo"],
    "train-quantize name=mycli": ["sayso gguf"],
    "train-quantize name=mycli quant=q4_k_m": ["sayso gguf --quant q4_k_m"],
    "train-eval name=mycli": ["sayso calibrate && sayso evaluate"],
}

pytestmark = pytest.mark.skipif(JUST is None, reason="needs just: pip install rust-just")


@pytest.fixture
def folder(tmp_path):
    """A folder with the justfile, the schema of a bakery, and the `sayso` of these tests."""
    shutil.copyfile(ROOT / "justfile", tmp_path / "justfile")
    write_sample(tmp_path / "schemas")
    program = tmp_path / ".venv" / "bin" / "sayso"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m sayso "$@"\n')
    program.chmod(0o755)
    return tmp_path


def just(folder, *args, **env):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAYSO_LLM")}
    return subprocess.run([JUST, *args], cwd=folder, capture_output=True, text=True, check=False, env=environment | env)


def lines_of(folder, target, **env):
    """What would run, without the line that makes the project."""
    done = just(folder, "--dry-run", *target.split(), **env)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stderr.splitlines() if not line.startswith("test -f ")]


def test_every_target_is_listed_with_what_it_does(folder):
    shown = just(folder, "--list").stdout
    assert [target for target in {*(one.split()[0] for one in TARGETS), "train-list-schemas"} if f" {target} " not in shown] == []


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_runs_its_verbs_in_the_project_of_that_name(folder, target):
    lines = lines_of(folder, target)
    assert [line.startswith(NAMED) for line in lines] == [True] * len(TARGETS[target])
    for line, wanted in zip(lines, TARGETS[target], strict=True):
        line = line.removeprefix(NAMED)
        assert line.startswith(wanted) if wanted.endswith("&& ") else line == wanted


def test_a_language_model_is_asked_where_one_is_named(folder):
    line, build = lines_of(folder, "train name=mycli", SAYSO_LLM_URL="http://127.0.0.1:8000/v1")
    assert line.startswith(f"{NAMED}{WITH_LLM} && ")
    assert build == f"{NAMED}sayso build"


@pytest.mark.parametrize("given", ["", "nmae=mycli", "name=../up", "name=mycli quantity=q8_0", "name=mycli;ls"])
def test_whatever_else_is_given_is_refused_before_anything_runs(folder, given):
    done = just(folder, "train", *given.split())
    assert done.returncode != 0
    assert "say which schema, such as name=gh" in done.stderr
    assert not (folder / "training").exists()


def test_schemas_are_listed(folder):
    shown = just(folder, "train-list-schemas")
    assert shown.returncode == 0
    assert {line.split()[0] for line in shown.stdout.splitlines()} >= {"bake", "gh"}


def test_a_name_makes_a_project_once(folder):
    assert just(folder, "_project", "bake").returncode == 0
    file = folder / "training" / "bake" / "sayso.yaml"
    project = Project.load(file)
    assert (project.name, project.engine, project.commands) == ("bake", "llm", Path("../../schemas/bake.yaml"))
    file.write_text(file.read_text() + "description: Mine.\n")
    assert just(folder, "_project", "bake").returncode == 0
    assert Project.load(file).description == "Mine."


def test_a_name_that_no_schema_has_is_answered_with_the_nearest(folder):
    done = just(folder, "train-sft", "name=bakee")
    assert done.returncode != 0
    assert "there is no schema 'bakee'; did you mean 'bake'?" in done.stderr


def test_rows_of_a_language_model_are_named_in_the_project_once(folder):
    """With a stand-in for sayso that only makes the folder and says what it was asked."""
    stand_in = folder / ".venv" / "bin" / "sayso"
    stand_in.write_text('#!/bin/sh\ntest "$1" = init && mkdir -p training/bake && cp made.yaml training/bake/sayso.yaml\necho "$@"\n')
    (folder / "made.yaml").write_text('name: bake\ncommands: "../../schemas/bake.yaml"\n')
    for _ in range(2):
        assert just(folder, "train-generate", "name=bake", "num=3").stdout.splitlines()[-1] == "generate --with llm --num 3"
    project = Project.load(folder / "training" / "bake")
    assert [(str(source.examples), source.split) for source in project.data] == [
        ("data/train.jsonl", "train"),
        ("data/train_val.jsonl", "val"),
    ]
