"""What may be given to `load`, and what is said about everything else."""

import pytest

from sayso.errors import BundleError, UsageError
from sayso.runtime.load import find_bundle, load
from tiny_model import write_bundle


def test_a_bundles_folder_loads_from_text_or_path(tmp_path):
    bundle = write_bundle(tmp_path / "bundle")
    assert load(bundle).predict("grep it") == load(str(bundle)).predict("grep it")


def test_a_project_means_the_bundle_it_has_built(tmp_path):
    (tmp_path / "sayso.yaml").write_text("name: tiny\n")
    bundle = write_bundle(tmp_path / "build" / "bundle")
    assert find_bundle(tmp_path) == find_bundle(tmp_path / "sayso.yaml") == find_bundle(bundle / "manifest.json") == bundle


def test_a_project_without_a_bundle_is_told_to_build(tmp_path):
    (tmp_path / "sayso.yaml").write_text("name: tiny\n")
    with pytest.raises(BundleError, match=f"no bundle yet; make one with: sayso build --project {tmp_path}"):
        load(tmp_path)


def test_a_folder_with_neither_says_what_was_looked_for(tmp_path):
    with pytest.raises(BundleError, match=r"neither a bundle \(manifest.json\) nor a project \(sayso.yaml\)"):
        load(tmp_path)


def test_a_file_is_answered_with_what_to_give_instead(tmp_path):
    bundle = write_bundle(tmp_path / "bundle")
    with pytest.raises(BundleError, match="this is a file; give the folder"):
        load(bundle / "model.onnx")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BundleError, match="nowhere: there is no such folder"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize("source", ["registry:intents@production", "zero-shot", "zero-shot:model", "intents@production"])
def test_sources_that_are_no_folders_say_so(source):
    with pytest.raises(UsageError, match="names a model elsewhere; this wants the folder of a bundle, or of a project that has built one"):
        load(source)
