"""The bundle: everything a runtime needs, vouched for, and where it came from."""

import json
import shutil
import subprocess

import pytest

from sayso.artifacts import digest_of_file, open_artifact
from sayso.errors import BundleError
from sayso.export import bundle
from sayso.project import Project
from sayso.runtime.bundle import open_bundle
from sayso.runtime.load import load


@pytest.fixture
def parts(tiny_bundle, tmp_path):
    """A copy of the project that the tiny bundle was made in, and the three artifacts it was made from."""
    project = Project.load(shutil.copytree(tiny_bundle.parent.parent, tmp_path / "copy"))
    kinds = {"onnx": "onnx", "calibration": "calibration", "report": "report"}
    return project, [open_artifact(project.build / name, kind) for name, kind in kinds.items()]


def test_a_bundle_holds_what_is_deployed_and_nothing_else(tiny_bundle):
    listed = ["config.json", "golden.jsonl", "model.onnx", "temperature.json", "tokenizer.json"]
    assert sorted(path.name for path in tiny_bundle.iterdir()) == sorted([*listed, "checksums.json", "manifest.json"])
    checksums = json.loads((tiny_bundle / "checksums.json").read_text())
    assert checksums == {name: digest_of_file(tiny_bundle / name) for name in listed}
    assert json.loads((tiny_bundle / "manifest.json").read_text())["checksums_sha256"] == digest_of_file(tiny_bundle / "checksums.json")


def test_a_runtime_verifies_loads_and_answers(tiny_bundle):
    assert open_bundle(tiny_bundle).checksums
    with load(tiny_bundle) as model:
        assert model.predict("reserve two loaves").label == "buy"


def test_golden_rows_are_what_this_bundle_answers(tiny_bundle):
    golden = [json.loads(line) for line in (tiny_bundle / "golden.jsonl").read_text(encoding="utf-8").splitlines()]
    assert 15 <= len(golden) <= 20
    with load(tiny_bundle) as model:
        for row, answer in zip(golden, model.predict([row["text"] for row in golden]), strict=True):
            assert row == {"text": row["text"], **json.loads(json.dumps(answer.to_dict()))}


def test_the_spec_is_the_calibrated_one(tiny_bundle):
    spec = json.loads((tiny_bundle.parent / "calibration" / "calibration.json").read_text())
    assert json.loads((tiny_bundle / "manifest.json").read_text())["spec"] == spec


def test_the_manifest_says_where_the_model_comes_from(tiny_bundle, tiny_base):
    manifest = json.loads((tiny_bundle / "manifest.json").read_text())
    source = manifest["provenance"]
    build = tiny_bundle.parent
    assert (source["base"], source["base_sha256"]) == (str(tiny_base), digest_of_file(tiny_base / "model.safetensors"))
    assert source["data"]["digest"] == open_artifact(build / "verified", "examples").digest
    assert source["train"]["epochs"] == 8
    assert source["quantization"][-1]["chosen"]
    assert source["created"].endswith("+00:00")
    assert source["commit"] is None
    assert manifest["metrics"]["intent"]["accuracy"] > 0.9
    assert sum(manifest["confidence_histogram"]["counts"]) == manifest["metrics"]["rows"]


def test_the_commit_of_the_projects_folder_is_recorded(parts):
    project, made = parts
    git = ["git", "-C", str(project.folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run([*git, *command], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    assert bundle(project, *made, project.build / "again").manifest["provenance"]["commit"] == head


def test_the_same_parts_give_the_same_bundle_but_for_the_time(parts, tiny_bundle):
    project, made = parts
    again = bundle(project, *made, project.build / "again")
    assert again.digest == open_artifact(tiny_bundle, "bundle").digest
    assert (again.path / "checksums.json").read_bytes() == (tiny_bundle / "checksums.json").read_bytes()


def test_a_report_without_texts_gives_a_bundle_without_golden_rows(parts):
    project, (onnx, calibration, report) = parts
    document = json.loads((report.path / "report.json").read_text())
    (report.path / "report.json").write_text(json.dumps(document | {"golden_texts": []}))
    made = bundle(project, onnx, calibration, report, project.build / "again")
    assert (made.path / "golden.jsonl").read_bytes() == b""
    assert open_bundle(made.path)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "golden.jsonl", "checksums.json"])
def test_a_tampered_bundle_is_refused(tiny_bundle, tmp_path, name):
    copy = shutil.copytree(tiny_bundle, tmp_path / "bundle")
    with open(copy / name, "ab") as stream:
        stream.write(b" ")
    with pytest.raises(BundleError, match=f"{name}: this file was changed"):
        load(copy)


def test_a_graph_that_cannot_be_loaded_is_not_bundled(parts):
    project, made = parts
    (project.build / "onnx" / "model.onnx").write_bytes(b"torn")
    with pytest.raises(BundleError, match=r"model\.onnx: onnxruntime .* cannot load this graph"):
        bundle(project, *made, project.build / "again")
    assert not (project.build / "again").exists()
