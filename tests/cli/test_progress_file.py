"""What a program that started a command reads of it."""

from sayso.artifacts import read_json
from sayso.cli import progress_file
from sayso.cli.progress_file import also_in_a_file

STEPS = ("merge", "train")


def test_without_the_variable_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.delenv("SAYSO_PROGRESS_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    told = []
    with also_in_a_file(lambda *at: told.append(at), STEPS) as progress:
        progress("train", 0, 0)
    assert told == [("train", 0, 0)]
    assert list(tmp_path.iterdir()) == []


def test_step_and_how_far_it_is_are_written_and_shown_too(monkeypatch, tmp_path):
    monkeypatch.setenv("SAYSO_PROGRESS_FILE", str(tmp_path / "at.json"))
    told = []
    with also_in_a_file(lambda *at: told.append(at), STEPS) as progress:
        progress("train", 0, 0)
        assert read_json(tmp_path / "at.json")["step"] == "train"
        progress("training, epoch 1/4", 30, 100)
    found = read_json(tmp_path / "at.json")
    assert (found["step"], found["doing"], found["done"], found["total"]) == ("train", "training, epoch 1/4", 30, 100)
    assert found["at"].endswith("+00:00")
    assert told == [("train", 0, 0), ("training, epoch 1/4", 30, 100)]


def test_many_updates_are_written_at_most_twice_a_second(monkeypatch, tmp_path):
    monkeypatch.setenv("SAYSO_PROGRESS_FILE", str(tmp_path / "at.json"))
    written = []
    monkeypatch.setattr(progress_file, "write_json", lambda path, value: written.append(value["done"]))
    with also_in_a_file(lambda *at: None, STEPS) as progress:
        progress("train", 0, 0)
        for step in range(1000):
            progress("training", step, 1000)
    assert len(written) <= 4
    assert written[-1] == 999
