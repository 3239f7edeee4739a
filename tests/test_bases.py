"""One project on several base models: what each costs and brings, side by side."""

import json

import pytest

from sayso import bases, pipeline
from sayso.bases import try_bases
from sayso.cli.bench import bench
from sayso.errors import UsageError
from sayso.project import Project
from sayso.train.bases import rivals_of

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tiny_project):
    """A quick one, with a gate that cannot hold."""
    text = (tiny_project.folder / "sayso.yaml").read_text().replace("epochs: 8", "epochs: 1") + "gates: [intent.accuracy >= 1.0]\n"
    (tiny_project.folder / "sayso.yaml").write_text(text)
    return Project.load(tiny_project.folder)


def test_every_base_is_built_measured_and_judged_whatever_the_gates_say(project, tiny_base):
    (tried,) = try_bases(project, [str(tiny_base)], runs=3)
    assert tried.reason is None
    assert tried.figure == "intent.accuracy"
    assert 0 <= tried.value <= 1
    assert tried.size_bytes > 10_000
    assert tried.p50_ms > 0
    assert not (project.build / "bundle").exists()


def test_what_was_built_is_not_built_again(project, tiny_base, monkeypatch):
    list(try_bases(project, [str(tiny_base)], runs=3))
    reasons = [outcome.reason for outcome in pipeline.build(project.on_trial(str(tiny_base)))]
    assert reasons == [None] * len(pipeline.STEPS)


def test_a_base_that_cannot_be_had_is_told_and_does_not_stop_the_others(project, tiny_base, monkeypatch, capsys):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    bench(project.folder, runs=3, base=["nobody/has-this", str(tiny_base)], as_json=True)
    missing, had = json.loads(capsys.readouterr().out)["bases"]
    assert "could not be had" in missing["reason"]
    assert missing["value"] is None
    assert had["reason"] is None


def test_a_base_that_nobody_knows_is_a_wrong_word(project):
    with pytest.raises(UsageError, match="did you mean 'minilm'"):
        list(try_bases(project, ["minilmm"]))


def test_a_person_sees_one_table(project, tiny_base, capsys):
    bench(project.folder, runs=3, base=[str(tiny_base)])
    shown = capsys.readouterr().out
    for column in ("base", "bundle", "13 tokens, p50", "intent.accuracy", "ECE"):
        assert column in shown


def test_the_rivals_know_the_language(project):
    assert rivals_of(["en"]) == ["tinybert", "minilm", "distilbert"]
    assert "minilm" not in rivals_of(["en", "it"])
    assert bases.HEADLINES.keys() == {"choice", "tags", "score", "spans"}
