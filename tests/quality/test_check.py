import pytest

from sayso.artifacts import new_artifact, open_artifact
from sayso.errors import CheckFailed
from sayso.examples import Example, write_splits
from sayso.project import Project
from sayso.quality.check import check, check_file, read_report


def examples_artifact(folder, per_label=8):
    def row(label, split, number):
        return Example(f"{label} {split} {'xyzw'[number % 4] * (number + 1)} {number}", {"intent": label}, group=f"{label}{split}{number}")

    splits = {
        split: [row(label, split, number) for label in ("buy", "hours") for number in range(per_label)]
        for split in ("train", "val", "calib", "test")
    }
    with new_artifact(folder / "examples", "examples") as draft:
        write_splits(draft.path, splits)
    return open_artifact(folder / "examples", "examples")


@pytest.fixture
def project(tmp_path):
    (tmp_path / "sayso.yaml").write_text(
        "name: shop\nheads: {intent: {type: choice, labels: [buy, hours]}}\n"
        "data: [{examples: x.jsonl}]\ncheck: {min_per_label: 10, near_duplicate_similarity: 1}\n"
    )
    return Project.load(tmp_path)


def test_clean_examples_pass_and_their_report_is_kept(project, tmp_path):
    artifact = check(project, examples_artifact(tmp_path), tmp_path / "check")
    assert read_report(artifact.path)["rows"] == {"train": 16, "val": 16, "calib": 16, "test": 16}


def test_a_fault_stops_the_build_after_the_report_is_written(project, tmp_path):
    strict = project.with_section("check", {"min_per_label": 100})
    with pytest.raises(CheckFailed, match="1 fault to mend first:\n  - labels of 'intent' with fewer than 100"):
        check(strict, examples_artifact(tmp_path), tmp_path / "check")
    assert read_report(tmp_path / "check")["findings"][0]["kind"] == "too few"


def test_a_single_file_is_checked_too(project, tmp_path):
    path = tmp_path / "real.jsonl"
    path.write_text('{"text": "cafÃ© please", "intent": "buy"}\n{"text": "open?", "intent": "hours"}\n')
    kinds = {finding["kind"] for finding in check_file(path, project.heads, project.check)["findings"]}
    assert kinds == {"too few", "wrong encoding"}
