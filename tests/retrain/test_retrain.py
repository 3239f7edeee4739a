"""The whole of it on a toy: what people labelled makes the model better, and only a model that has proved itself becomes a version."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import WORDS, write_project
from retrain.conftest import run, texts, write_rows
from sayso import pipeline
from sayso.artifacts import digest_of_file, digest_of_folder, read_json
from sayso.errors import CheckFailed, DataError, InputError, ProjectError
from sayso.examples import normal_form, read_examples
from sayso.project import Project
from sayso.registry import add, aliases_in, default_registry, promote, versions_in
from sayso.retrain import STEPS, retrain
from tiny_model import COMPLEXITY, write_bundle

JUDGE = Path("judge.jsonl")

KILLED_RUN = """
import os, signal, sys
from sayso.project import Project
from sayso.retrain import labels_in, retrain

def kill(doing, done, total):
    if doing.startswith("training") and done > total // 2 or doing == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

project = Project.load(sys.argv[1])
retrain(project, [labels_in(project.folder / "people.jsonl", project.heads)], test=project.folder / "judge.jsonl", progress=kill)
"""


def judge(project, rows):
    write_rows(project.folder / JUDGE, "intent", rows)


def said_wrong(project):
    """People who were taken in: every label is another one."""
    other = dict(zip(WORDS, [*list(WORDS)[1:], "buy"], strict=True))
    rows = [(row.text, other[row.labels["intent"]]) for row in read_examples(project.folder / "people.jsonl", project.heads)]
    write_rows(project.folder / "people.jsonl", "label", rows)


def with_settings(project, text):
    with open(project.folder / "sayso.yaml", "a", encoding="utf-8") as stream:
        stream.write(text)
    return Project.load(project.folder)


def test_labels_make_it_better_than_the_projects_own_bundle_beyond_noise(retrained):
    _, made, _, _ = retrained
    assert made.comparison.against == "the project's bundle"
    assert made.comparison.accuracy.low > 0.1
    assert made.comparison.accuracy.after > 0.9 > made.comparison.accuracy.before
    assert made.failed == []


def test_what_is_reported_is_what_the_shipped_model_says_of_the_frozen_rows(retrained):
    project, made, _, _ = retrained
    assert made.figures["rows"] == len(made.frozen.rows) == 188
    assert made.figures["intent"]["accuracy"] == pytest.approx(made.comparison.accuracy.after)
    assert made.figures["intent"]["macro_f1"] == pytest.approx(made.comparison.macro_f1.after)
    judged = read_examples(made.folder / "verified" / "test.jsonl", project.heads)
    assert [(row.text, row.labels) for row in judged] == [(row.text, row.labels) for row in made.frozen.rows]


def test_no_frozen_row_is_in_anything_that_is_fitted_or_chosen(retrained):
    project, made, _, _ = retrained
    frozen = {normal_form(row.text) for row in made.frozen.rows}
    for name in ("train", "val", "calib"):
        rows = list(read_examples(made.folder / "verified" / f"{name}.jsonl", project.heads))
        assert rows and not frozen & {normal_form(row.text) for row in rows}
    assert made.merged.frozen_labels > 0 and made.merged.frozen_rows > 0


def test_the_projects_own_artifacts_are_untouched(retrained):
    project, made, _, before = retrained
    shutil.rmtree(made.folder.parent / "copy", ignore_errors=True)
    copy = shutil.copytree(project.build, made.folder.parent.parent / "copy", ignore=shutil.ignore_patterns("retrain"))
    assert digest_of_folder(copy) == before


def test_it_is_a_version_and_promoted_nowhere(retrained):
    _, made, _, _ = retrained
    assert (made.version.model, made.version.number) == ("tiny", 1)
    assert aliases_in(made.version.model_folder) == {}
    assert made.version.added.why.startswith("the first (retrained on ")
    assert made.version.metrics["intent"]["accuracy"] == pytest.approx(made.figures["intent"]["accuracy"])


def test_the_version_says_where_it_comes_from(retrained):
    project, made, _, _ = retrained
    told = read_json(made.version.bundle / "manifest.json")["provenance"]
    facts = told["retrain"]
    assert facts["labels"]["digest"] == made.labels.digest
    assert facts["labels"]["origins"] == {"people.jsonl": made.labels.given}
    assert (
        sum(facts["labels"]["by_label"].values())
        == sum(facts["merged"]["labels"].values())
        == made.labels.given - made.merged.frozen_labels
    )
    assert facts["frozen"] == {"file": "judge.jsonl", "sha256": digest_of_file(project.folder / JUDGE), "rows": 188, "new": True}
    assert facts["against"]["model"] == "the project's bundle"
    assert facts["against"]["accuracy"]["low"] <= facts["against"]["accuracy"]["difference"] <= facts["against"]["accuracy"]["high"]
    assert [gate["held"] for gate in facts["gates"]] == [True] * 4
    assert facts["figures"]["accuracy"] == made.figures["intent"]["accuracy"]
    assert facts["who"] and facts["when"] and "the first" in facts["why"]
    assert facts["own_data"] == read_json(made.folder / "own" / "verified" / "manifest.json")["digest"]
    assert told["data"]["digest"] == read_json(made.folder / "verified" / "manifest.json")["digest"]
    assert str(project.folder) not in json.dumps(told)


def test_each_step_is_told_as_it_begins(retrained):
    _, _, told, _ = retrained
    begun = [doing for doing, done, total in told if doing in STEPS and done == total == 0]
    assert begun == list(STEPS)
    assert any(doing.startswith("training") and total for doing, _, total in told)


def test_the_result_is_kept_beside_the_model(retrained):
    _, made, _, _ = retrained
    assert read_json(made.folder / "result.json") == json.loads(json.dumps(made.to_dict()))


def test_few_labels_are_warned_of_by_name_and_number(retrained):
    _, made, _, _ = retrained
    assert made.warnings[0].startswith("fewer than 200 labels of ")
    for label, count in made.merged.labels("intent").items():
        assert f"{label} ({count}, beside {made.merged.own('intent')[label]} rows of the project's own)" in made.warnings[0]


def test_run_again_it_does_nothing_new_and_stays_the_same_version(trained_shop):
    first, outcomes = run(trained_shop), []
    again = run(trained_shop, tell=outcomes.append)
    assert again.version == first.version
    assert {each.reason for each in outcomes if isinstance(each, pipeline.Outcome)} == {None}
    promote(first.version)
    itself = run(trained_shop)
    assert itself.version == first.version
    assert (itself.comparison.against, itself.comparison.accuracy.value) == ("tiny@1", 0)
    assert len(versions_in(default_registry() / "tiny")) == 1


def test_without_a_test_set_of_ones_own_the_projects_test_split_is_frozen(shop):
    made = run(shop, test=None)
    assert made.frozen.name == "frozen/test.jsonl"
    own = read_examples(made.folder / "own" / "verified" / "test.jsonl", shop.heads)
    assert [row.text for row in made.frozen.rows] == [row.text for row in own]
    path = shop.folder / "frozen" / "test.jsonl"
    path.write_text(path.read_text().replace('"buy"', '"other"', 1))
    with pytest.raises(DataError, match="was changed since it was frozen"):
        run(shop, test=None)


def test_a_model_that_is_worse_is_no_version(shop):
    said_wrong(shop)
    made = run(shop)
    assert made.version is None
    assert "accuracy not below that of the project's bundle beyond noise" in " ".join(made.failed)
    assert not (default_registry() / "tiny").exists()
    assert (made.bundle / "manifest.json").is_file() and made.report.is_file()


def test_the_projects_gates_for_retraining_take_the_place_of_the_usual_ones(trained_shop):
    project = with_settings(trained_shop, "\nretrain: {test: judge.jsonl, gates: [intent.accuracy >= 0.1, size_mb <= 0.001]}\n")
    made = run(project, test=None, against="none")
    assert made.frozen.name == "judge.jsonl"
    assert [gate["gate"] for gate in made.gates] == ["intent.accuracy >= 0.1", "size_mb <= 0.001"]
    assert made.failed[0].startswith("size_mb <= 0.001 (measured 0.")
    assert made.comparison is None


def test_it_is_compared_with_what_the_alias_points_at_or_with_what_is_named(trained_shop):
    promote(add(default_registry(), trained_shop.build / "bundle"), "staging")
    assert run(trained_shop, alias="staging").comparison.against == "tiny@1"
    assert run(trained_shop, against="registry:tiny@1").comparison.against == "tiny@1"
    assert run(trained_shop, against=str(trained_shop.build / "bundle")).comparison.accuracy.low > 0


def test_a_model_that_cannot_be_found_is_refused_before_anything_is_trained(shop):
    with pytest.raises(InputError, match="there is no model 'tiny' in this registry"):
        run(shop, against="registry:tiny@5")
    with pytest.raises(InputError, match="there is no such folder"):
        run(shop, against=str(shop.build / "bundel"))
    with pytest.raises(InputError, match="has no choice head 'intent'"):
        run(shop, against=str(write_bundle(shop.folder / "other", COMPLEXITY)))
    assert not (shop.build / "retrain").exists()


def test_where_nothing_is_deployed_zero_shot_stands_in_for_it(shop):
    shutil.rmtree(shop.build)
    assert run(shop).comparison.against == "zero-shot"


def test_labels_alone_are_enough_for_a_project_without_data(tiny_base, tmp_path, monkeypatch):
    monkeypatch.setenv("SAYSO_REGISTRY", str(tmp_path / "registry"))
    monkeypatch.setenv("SAYSO_CACHE", str(tmp_path / "cache"))
    write_project(tmp_path / "shop", tiny_base)
    settings = tmp_path / "shop" / "sayso.yaml"
    settings.write_text(settings.read_text().replace("data:\n  - examples: examples.jsonl\n", ""))
    project = Project.load(settings)
    rows = texts(WORDS)
    write_rows(project.folder / "people.jsonl", "label", rows[:300])
    with pytest.raises(DataError, match="nothing to judge a new version on"):
        run(project, test=None)
    judge(project, rows[300:400])
    made = run(project)
    write_rows(project.folder / "people.jsonl", "label", rows[:3])
    with pytest.raises(CheckFailed, match=r"no row of buy in val, .*the label needs more groups"):
        run(project)
    assert made.comparison.against == "zero-shot"
    assert made.figures["intent"]["accuracy"] > 0.8


def test_what_zero_shot_cannot_stand_in_for_is_compared_with_nothing_and_that_is_said(shop):
    shutil.rmtree(shop.build)
    text = (shop.folder / "sayso.yaml").read_text()
    for described in ("Wants to buy something.", "Asks when the shop is open.", "Anything else."):
        text = text.replace(described, '""')
    (shop.folder / "sayso.yaml").write_text(text)
    made = run(Project.load(shop.folder))
    assert made.comparison is None
    assert "compared with nothing" in made.warnings[0]
    assert made.version


def test_labels_that_are_all_in_the_test_set_teach_nothing(shop):
    rows = [(row.text, row.labels["intent"]) for row in read_examples(shop.folder / JUDGE, shop.heads)]
    write_rows(shop.folder / "people.jsonl", "label", rows[:20])
    with pytest.raises(DataError, match="every label is of a text in the frozen test set"):
        run(shop)


def test_a_project_without_a_choice_says_that_it_cannot_be_judged(tmp_path):
    project = Project.model_validate({"name": "score", "heads": {"score": {"type": "score"}}})
    with pytest.raises(ProjectError, match="is judged by a choice head"):
        retrain(project, [])


def test_two_retrainings_of_a_project_do_not_run_at_once(shop):
    from sayso.retrain.workplace import alone_in

    with alone_in(shop), pytest.raises(InputError, match="being retrained by another process"):
        run(shop)
    with alone_in(shop):
        pass


def test_a_base_model_in_the_projects_folder_is_found(shop, tiny_base):
    shutil.copytree(tiny_base, shop.folder / "base")
    made = run(shop.with_base("base"), against="none")
    assert made.version
    assert read_json(made.folder / "weights" / "manifest.json")["base"] == os.path.join("..", "..", "base")


@pytest.mark.parametrize("moment", ["training", "export", "compare", "register"])
def test_killed_at_any_moment_it_goes_on_and_ends_as_if_nothing_had_been(shop, moment):
    (shop.folder / "sayso.yaml").write_text((shop.folder / "sayso.yaml").read_text().replace("epochs: 8", "epochs: 10"))
    command = [
        sys.executable,
        "-c",
        KILLED_RUN.replace("> total // 2", "> total // 2" if moment == "training" else "> total"),
        shop.folder,
        moment,
    ]
    killed = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not (default_registry() / "tiny").exists()
    outcomes = []
    made = run(Project.load(shop.folder), tell=outcomes.append)
    trained = next(each for each in outcomes if getattr(each, "step", None) == "train")
    assert trained.resumed if moment == "training" else trained.reason is None
    assert made.version.number == 1
    assert not list(made.folder.rglob("*.part"))
