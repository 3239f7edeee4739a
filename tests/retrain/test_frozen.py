"""The test set stays what it was, or nothing is judged."""

import pytest

from retrain.conftest import write_rows
from sayso.artifacts import read_json
from sayso.errors import DataError
from sayso.examples import Example
from sayso.project import Project
from sayso.retrain.frozen import open_frozen

OWN = [
    Example("buy bread", {"intent": "buy"}, group="a"),
    Example("open today", {"intent": "hours"}),
    Example("hello", {"intent": "other"}),
]


@pytest.fixture
def project(tmp_path):
    labels = "{intent: {type: choice, labels: [buy, hours, other]}}"
    (tmp_path / "sayso.yaml").write_text(f"name: tiny\nheads: {labels}\n")
    return Project.load(tmp_path)


def opened(project, given=None, own=OWN, **options):
    return open_frozen(project, given, own, "intent", **options)


def test_the_projects_own_test_rows_are_frozen_at_first_use(project):
    frozen = opened(project)
    assert frozen.path == project.folder / "frozen" / "test.jsonl"
    assert [row.text for row in frozen.rows] == ["buy bread", "open today", "hello"]
    assert frozen.is_new
    record = read_json(project.folder / "frozen" / "digests.json")
    assert record["frozen/test.jsonl"]["sha256"] == frozen.sha256
    assert record["frozen/test.jsonl"]["rows"] == 3


def test_they_stay_when_the_project_has_others_later(project):
    opened(project)
    later = opened(project, own=[Example("something else", {"intent": "buy"})])
    assert len(later.rows) == 3
    assert not later.is_new


def test_a_test_set_that_was_changed_is_refused_until_it_is_frozen_again(project):
    path = opened(project).path
    path.write_text(path.read_text().replace("hello", "good morning"))
    with pytest.raises(DataError, match=r"test.jsonl: this test set was changed since it was frozen .* with --refreeze"):
        opened(project)
    assert opened(project, refreeze=True).rows[2].text == "good morning"
    assert not opened(project).is_new


def test_a_test_set_that_is_gone_is_refused_until_another_is_frozen(project):
    opened(project).path.unlink()
    with pytest.raises(DataError, match="the frozen test set is gone; restore it"):
        opened(project)
    assert opened(project, own=[*OWN, Example("gimme", {"intent": "buy"})], refreeze=True).rows[3].text == "gimme"


def test_a_file_of_ones_own_is_frozen_by_its_first_use(project):
    path = write_rows(project.folder / "data" / "judge.jsonl", "label", [("bread", "buy"), ("open", "hours"), ("hm", "other")])
    assert opened(project, path).name == "data/judge.jsonl"
    write_rows(path, "label", [("bread", "buy"), ("open", "hours"), ("hm", "hours")])
    with pytest.raises(DataError, match="was changed since it was frozen"):
        opened(project, path)


def test_two_test_sets_are_kept_apart(project):
    path = write_rows(project.folder / "judge.jsonl", "label", [("bread", "buy"), ("open", "hours"), ("hm", "other")])
    opened(project)
    opened(project, path)
    assert set(read_json(project.folder / "frozen" / "digests.json")) == {"frozen/test.jsonl", "judge.jsonl"}


def test_a_kill_before_the_record_was_written_loses_no_test_set(project):
    opened(project)
    (project.folder / "frozen" / "digests.json").unlink()
    assert [row.text for row in opened(project, own=[]).rows] == ["buy bread", "open today", "hello"]


def test_a_label_without_a_row_is_refused_since_nothing_could_be_proven_of_it(project):
    path = write_rows(project.folder / "judge.jsonl", "label", [("bread", "buy"), ("hm", "other")])
    with pytest.raises(DataError, match="no row of this test set has the label 'hours'"):
        opened(project, path)
    assert not (project.folder / "frozen" / "digests.json").exists()


def test_without_rows_to_judge_by_it_is_said_what_to_name(project):
    with pytest.raises(DataError, match=r"nothing to judge a new version on; name a file .* --test FILE"):
        opened(project, own=[])
    with pytest.raises(DataError, match="this file is missing"):
        opened(project, project.folder / "nowhere.jsonl")


def test_labels_with_few_rows_are_named(project):
    assert opened(project).warnings("intent") == [
        "the frozen test set has fewer than 20 rows of buy (1), hours (1), other (1), so that figures on them say little"
    ]
