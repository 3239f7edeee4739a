import json

import pytest
import typer

from clischema.samples import write_sample
from sayso.cli.doctor import doctor
from sayso.doctor import packages, speed
from sayso.errors import MissingExtra, ProjectError, UsageError


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """A folder without a project."""
    (tmp_path / "outside").mkdir()
    monkeypatch.chdir(tmp_path / "outside")


@pytest.fixture
def without(monkeypatch):
    """Pretend that every package is installed but these."""

    def of(*names):
        def pretended(name):
            if name in names:
                raise packages.metadata.PackageNotFoundError(name)
            return "9999"

        monkeypatch.setattr(packages.metadata, "version", pretended)

    return of


@pytest.fixture
def command_project(tmp_path):
    write_sample(tmp_path / "bake", name="schema.yaml")
    (tmp_path / "bake" / "sayso.yaml").write_text("name: bake\ncommands: schema.yaml\nengine: llm\n")
    return tmp_path / "bake"


def test_outside_of_a_project_the_machine_is_told_and_nothing_is_measured(outside, capsys):
    doctor()
    shown = capsys.readouterr().out
    for line in ("processor", "memory", "disk", "train", "server", "llm", "base models", "encoder", "language model"):
        assert f"\n{line} " in f"\n{shown}"
    assert "stage" not in shown


def test_json_is_one_document(outside, capsys):
    doctor(as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["machine"]["cores"] >= 1
    assert set(document["extras"]) == {"train", "server", "llm"}
    assert (document["project"], document["stages"], document["missing"]) == (None, None, [])


def test_a_probe_without_a_project_is_wrong_usage_and_a_named_project_must_be_there(outside, tmp_path):
    with pytest.raises(UsageError, match="name one with --project"):
        doctor(probe=True)
    with pytest.raises(ProjectError, match="no project here"):
        doctor(project=tmp_path / "outside")


def test_in_a_project_every_stage_is_timed(tiny_project, capsys, monkeypatch):
    monkeypatch.setattr(speed, "SECONDS", 0.0)
    doctor(project=tiny_project.folder, device="cpu", as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["project"] == {
        "name": "tiny",
        "engine": "encoder",
        "rows": {"train": 99, "val": 27, "calib": 27, "test": 27},
        "rows_are_made": False,
    }
    times = {stage["stage"]: stage for stage in document["stages"]}
    assert times["train"]["how"] == "about"
    assert times["train"]["seconds"] > 0
    assert document["seconds"] == pytest.approx(sum(stage["seconds"] or 0 for stage in times.values()), abs=0.11)


def test_a_person_sees_a_table_and_the_sum(tiny_project, capsys, monkeypatch):
    monkeypatch.setattr(speed, "SECONDS", 0.0)
    doctor(project=tiny_project.folder, device="cpu")
    shown = capsys.readouterr()
    assert "measuring now" in shown.err
    assert "project tiny: engine encoder, 99 training rows, about, once they are made" in shown.out
    assert "in all, on cpu: " in shown.out


def test_the_probe_can_be_left_out(tiny_project, capsys, monkeypatch):
    monkeypatch.setattr("sayso.doctor.speed.measure", lambda *args, **named: pytest.fail("measured"))
    doctor(project=tiny_project.folder, probe=False)
    assert "stage" not in capsys.readouterr().out


def test_interrupted_it_tells_what_it_knows(tiny_project, capsys, monkeypatch):
    def interrupted(project, rows, bases, found, *others):
        found.device, found.read_alone = "cpu", 1.0
        raise KeyboardInterrupt

    monkeypatch.setattr("sayso.doctor.speed.measure", interrupted)
    with pytest.raises(typer.Exit) as ended:
        doctor(project=tiny_project.folder)
    assert ended.value.exit_code == 130
    shown = capsys.readouterr()
    assert "at most 27 s" in shown.out
    assert "what was measured until then is told" in shown.err


def test_what_the_engine_lacks_ends_it_with_what_to_install(command_project, without, capsys):
    without("trl", "llama-cpp-python", "openai")
    with pytest.raises(MissingExtra, match=r"the engine 'llm' of this project needs packages .* pip install 'sayso\[llm\]'") as ended:
        doctor(project=command_project)
    assert ended.value.exit_code == 4
    shown = capsys.readouterr().out
    assert "missing llama-cpp-python, trl, openai: pip install 'sayso[llm]'" in shown
    assert "C compiler" in shown
    assert "language model  no: " in shown


def test_what_another_engine_lacks_is_only_told(tiny_project, without, capsys):
    without("trl", "rust-just")
    doctor(project=tiny_project.folder, probe=False)
    assert "missing trl, rust-just: pip install 'sayso[llm]'" in capsys.readouterr().out


@pytest.mark.slow
def test_the_real_probe_times_every_stage_that_learns_or_writes(tmp_path, capsys):
    from sayso.recipes import copy_recipe
    from tiny_llm import needs_llm

    needs_llm()
    copy_recipe("gh", tmp_path / "gh")
    (tmp_path / "gh" / "sayso.yaml").open("a").write("engine: hybrid\n")
    doctor(project=tmp_path / "gh", device="cpu", as_json=True)
    document = json.loads(capsys.readouterr().out)
    timed = {stage["stage"] for stage in document["stages"] if stage["seconds"]}
    assert timed >= {"train", "sft", "prefer", "dpo", "gguf", "calibrate-llm", "evaluate-llm"}
    assert document["llm"]["memory"] == pytest.approx(document["speed"]["llm_peak_memory"], rel=0.7)
