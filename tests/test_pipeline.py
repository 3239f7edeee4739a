"""What runs, what is skipped, and why; on the stages that need no training."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sayso import pipeline
from sayso.artifacts import read_json
from sayso.cli.app import VERBS
from sayso.errors import ArtifactError, UsageError
from sayso.project import Project

BAKERY = Path(__file__).parent.parent / "docs" / "bakery"


@pytest.fixture
def bakery(tmp_path):
    shutil.copytree(BAKERY, tmp_path / "bakery", ignore=shutil.ignore_patterns("build", "verify"))
    return tmp_path / "bakery"


def build(folder, **options):
    return {outcome.step: outcome.reason for outcome in pipeline.build(Project.load(folder), until="verify", **options)}


def plan(folder):
    return {outcome.step: outcome.reason for outcome in pipeline.plan(Project.load(folder))}


def test_a_first_build_runs_everything_and_a_second_one_nothing(bakery):
    assert all(build(bakery).values())
    assert build(bakery) == {"generate": None, "check": None, "verify": None}


def test_a_changed_template_is_named_and_what_depends_on_it_runs(bakery):
    build(bakery)
    path = bakery / "templates/sentences/en/order/order.yaml"
    path.write_text(path.read_text() + '      - "gimme {amount} {goods}"\n')
    reasons = build(bakery)
    assert reasons["generate"] == "templates/sentences/en/order/order.yaml changed"
    assert reasons["check"] == reasons["verify"] == "generate changed"


def test_a_changed_section_runs_only_the_stages_that_read_it(bakery):
    build(bakery)
    with open(bakery / "sayso.yaml", "a") as stream:
        stream.write("\ncheck: {max_imbalance: 5}\n")
    assert build(bakery)["verify"] is None


def test_a_stage_that_makes_the_same_again_does_not_wake_the_next(bakery):
    build(bakery)
    with open(bakery / "sayso.yaml", "a") as stream:
        stream.write("\nlanguages: [en]\n")
    (bakery / "templates/lists/en/bakery.yaml").write_text((bakery / "templates/lists/en/bakery.yaml").read_text() + "# a comment\n")
    reasons = build(bakery)
    assert "bakery.yaml changed" in reasons["generate"]
    assert reasons["verify"] is None


def test_an_artifact_that_was_deleted_is_made_again(bakery):
    build(bakery)
    shutil.rmtree(bakery / "build" / "check")
    assert build(bakery) == {"generate": None, "check": "build/check is not there yet", "verify": None}


def test_a_decision_of_a_person_runs_verify_again(bakery):
    build(bakery)
    (bakery / "verify").mkdir()
    (bakery / "verify" / "corrections.jsonl").write_text('{"row": "x", "verdict": "accept"}\n')
    assert build(bakery)["verify"] == "verify/corrections.jsonl changed"


def test_a_plan_says_why_and_touches_nothing(bakery):
    reasons = plan(bakery)
    assert reasons["generate"] == "build/examples is not there yet"
    assert reasons["train"] == "verify runs first"
    assert not (bakery / "build").exists()


def test_everything_runs_when_forced(bakery):
    build(bakery)
    assert set(build(bakery, force=True).values()) == {"asked for"}


def test_a_stage_without_what_it_needs_says_what_to_run(bakery):
    with pytest.raises(ArtifactError, match="`sayso generate` has to run first"):
        pipeline.run_step(Project.load(bakery), "check")


def test_an_unknown_stage_is_answered_with_the_nearest_one(bakery):
    with pytest.raises(UsageError, match="no stage 'trian'; did you mean 'train'"):
        list(pipeline.build(Project.load(bakery), until="trian"))


def test_a_single_stage_counts_for_the_next_build(bakery):
    pipeline.run_step(Project.load(bakery), "generate")
    assert build(bakery)["generate"] is None


def test_a_build_killed_at_any_moment_leaves_nothing_half_and_goes_on(bakery):
    command = [sys.executable, "-c", "from sayso.cli import main; main()", "build", "--until", "verify", "--project", str(bakery)]
    for delay in (0.15, 0.3, 0.45, 0.6, 0.75):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for manifest in (bakery / "build").glob("[!.]*/manifest.json"):
            assert read_json(manifest)["digest"]
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}, check=False)
    assert result.returncode == 0
    assert set(build(bakery).values()) == {None}


def test_json_output_is_one_document_and_nothing_else(bakery):
    command = [sys.executable, "-c", "from sayso.cli import main; main()", "build", "--until", "verify", "--json", "--project", str(bakery)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [stage["stage"] for stage in json.loads(result.stdout)["stages"]] == ["generate", "check", "verify"]


@pytest.mark.parametrize(
    ("engine", "stages"), [("encoder", {"train", "export"}), ("llm", {"sft", "dpo", "gguf"}), ("hybrid", {"train", "gguf"})]
)
def test_a_project_has_the_stages_of_its_engine(tmp_path, engine, stages):
    (tmp_path / "schema.yaml").write_text(
        "name: bake\ncommands: [{name: oven, description: Heat it}, {name: list, description: List orders}]\n"
    )
    (tmp_path / "sayso.yaml").write_text(f"name: bake\ncommands: schema.yaml\nengine: {engine}\n")
    project = Project.load(tmp_path)
    names = [step.name for step in pipeline.steps_of(project)]
    assert names[0] == "generate" and names[-1] == "bundle" and stages <= set(names)
    needed = {need for step in pipeline.steps_of(project) for need in step.needs}
    assert needed <= set(names)


@pytest.mark.parametrize("engine", ["encoder", "llm", "hybrid"])
def test_what_has_to_run_first_is_told_as_a_command_that_there_is(tmp_path, engine):
    (tmp_path / "schema.yaml").write_text(
        "name: bake\ncommands: [{name: oven, description: Heat it}, {name: list, description: List orders}]\n"
    )
    (tmp_path / "sayso.yaml").write_text(f"name: bake\ncommands: schema.yaml\nengine: {engine}\n")
    verbs = {verb for panel in VERBS.values() for verb in panel}
    project = Project.load(tmp_path)
    for step in pipeline.steps_of(project):
        with pytest.raises(ArtifactError) as told:
            pipeline.finished(project, step.name)
        _, verb, *options = str(told.value).split("`")[1].split()
        assert verb in verbs
        assert options in ([], ["--until", step.name])


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("hybrid_below: 0.5", {"bundle"}),
        ("quantization: q4_0", {"gguf"}),
        ("dpo: {beta: 0.2}", {"prefer", "dpo"}),
        ("sft: {epochs: 7}", {"sft"}),
        ("schema_in_prompt: true", {"sft", "prefer", "dpo", "gguf"}),
    ],
)
def test_a_setting_of_the_language_model_concerns_the_stages_that_use_it(tmp_path, changed, again):
    (tmp_path / "schema.yaml").write_text(
        "name: bake\ncommands: [{name: oven, description: Heat it}, {name: list, description: List orders}]\n"
    )

    def digests(settings):
        (tmp_path / "sayso.yaml").write_text(f"name: bake\ncommands: schema.yaml\nengine: hybrid\nllm: {{{settings}}}\n")
        project = Project.load(tmp_path)
        return {step.name: project.digest(*step.sections) for step in pipeline.steps_of(project)}

    before, after = digests(""), digests(changed)
    assert {name for name in before if before[name] != after[name]} == again


def test_a_stage_of_another_engine_is_told_so(tmp_path):
    (tmp_path / "schema.yaml").write_text(
        "name: bake\ncommands: [{name: oven, description: Heat it}, {name: list, description: List orders}]\n"
    )
    (tmp_path / "sayso.yaml").write_text("name: bake\ncommands: schema.yaml\n")
    with pytest.raises(UsageError, match="engine is 'encoder', which has no stage 'sft'"):
        pipeline.run_step(Project.load(tmp_path), "sft")


def test_without_preferences_the_file_is_made_of_the_first_fine_tuning(tmp_path):
    (tmp_path / "schema.yaml").write_text(
        "name: bake\ncommands: [{name: oven, description: Heat it}, {name: list, description: List orders}]\n"
    )
    (tmp_path / "sayso.yaml").write_text("name: bake\ncommands: schema.yaml\nengine: llm\nllm: {dpo: null}\n")
    steps = {step.name: step for step in pipeline.steps_of(Project.load(tmp_path))}
    assert "dpo" not in steps and steps["gguf"].needs == ("sft", "verify")
