"""What a person can rely on once a bundle is registered."""

import errno
import os
import shutil
import tempfile

import pytest

from registry.bundles import golden_bundle
from sayso.artifacts import digest_of_file, read_json, write_json
from sayso.errors import BundleError, InputError, UsageError
from sayso.registry import add, collect, find, open_version, promote, resolve, versions_in
from sayso.runtime.load import load
from tiny_model import COMPLEXITY, seal, spec_of


@pytest.fixture
def version(registry, bundles):
    return add(registry, bundles[0], "my-intents", why="the first")


def test_a_version_is_the_bundle_as_it_was_and_stays_when_the_bundle_goes(registry, tmp_path):
    bundle = golden_bundle(tmp_path / "bundle")
    version = add(registry, bundle)
    shutil.rmtree(bundle)
    assert version.model == "tiny"
    assert open_version(version).path == version.bundle
    assert load(version.bundle).predict("who calls login").label == "FindCallers"


def test_a_version_tells_when_by_whom_why_from_where_and_what_it_is_worth(version, bundles, monkeypatch):
    assert version.added.age.total_seconds() < 60
    assert version.added.why == "the first"
    assert "@" in version.added.who
    assert version.source == str(bundles[0])
    assert version.metrics == {"intent": {"accuracy": 0.97, "macro_f1": 0.96, "ece": 0.02}}
    assert version.size == sum(path.stat().st_size for path in bundles[0].iterdir())
    assert versions_in(version.model_folder) == [version]


def test_numbers_count_and_ids_are_of_the_content(registry, bundles, version):
    second = add(registry, bundles[1], "my-intents")
    assert (version.number, second.number) == (1, 2)
    assert second.id == digest_of_file(bundles[1] / "manifest.json")[:12] != version.id
    assert str(second) == f"my-intents@2 ({second.id})"
    assert add(registry, bundles[1], "another").id == second.id


def test_the_same_bundle_again_is_the_same_version(registry, bundles, version, tmp_path):
    copy = shutil.copytree(bundles[0], tmp_path / "copy")
    assert add(registry, copy, "my-intents", why="again") == version
    assert len(versions_in(version.model_folder)) == 1


def test_a_projects_folder_means_the_bundle_it_has_built(registry, bundles, tmp_path):
    (tmp_path / "sayso.yaml").write_text("name: tiny\n")
    shutil.copytree(bundles[0], tmp_path / "build" / "bundle")
    assert add(registry, tmp_path).number == 1


def test_files_beside_the_bundles_own_are_not_copied(registry, bundles, tmp_path):
    copy = shutil.copytree(bundles[0], tmp_path / "copy")
    (copy / "secrets.env").write_text("TOKEN=1")
    assert not (add(registry, copy).bundle / "secrets.env").exists()


def test_files_in_folders_of_the_bundle_are_copied_too(registry, bundles, tmp_path):
    copy = shutil.copytree(bundles[0], tmp_path / "copy")
    (copy / "vocabulary").mkdir()
    (copy / "tokenizer.json").rename(copy / "vocabulary" / "tokenizer.json")
    checksums = read_json(copy / "checksums.json")
    checksums["vocabulary/tokenizer.json"] = checksums.pop("tokenizer.json")
    write_json(copy / "checksums.json", checksums)
    names = {"graph": "model.onnx", "tokenizer": "vocabulary/tokenizer.json"}
    manifest = read_json(copy / "manifest.json") | {"files": names, "checksums_sha256": digest_of_file(copy / "checksums.json")}
    write_json(copy / "manifest.json", manifest)
    version = add(registry, copy)
    promote(version)
    assert load(resolve("tiny", registry)).predict("who calls login").label == "FindCallers"


def test_every_head_is_told_and_what_was_never_measured_is_not(registry, tmp_path):
    bundle = golden_bundle(tmp_path / "bundle", COMPLEXITY)
    measured = {"score": {"mae": 0.07}, "tier": {"accuracy": 0.8, "f1": {"min": 0.7}}, "rows": 5}
    write_json(bundle / "manifest.json", read_json(bundle / "manifest.json") | {"metrics": measured})
    assert add(registry, bundle).metrics == {"score": {"mae": 0.07}, "tier": {"accuracy": 0.8}}
    seal(bundle, spec_of(COMPLEXITY))
    assert add(registry, bundle).metrics == {}


def test_a_bundle_that_was_changed_is_not_registered(registry, bundles, tmp_path):
    copy = shutil.copytree(bundles[0], tmp_path / "copy")
    (copy / "config.json").write_text("{}")
    with pytest.raises(BundleError, match=r"config\.json: this file was changed"):
        add(registry, copy)
    assert not registry.exists()


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "golden.jsonl", "checksums.json", "manifest.json"])
def test_a_version_that_was_changed_is_never_used_and_says_how_to_mend_it(registry, bundles, version, name):
    promote(version)
    with open(version.bundle / name, "ab") as stream:
        stream.write(b" ")
    for use in (lambda: resolve("my-intents", registry), lambda: promote(version, "staging")):
        with pytest.raises(BundleError) as error:
            use()
        assert f"my-intents@1 ({version.id}) is not what was registered" in str(error.value)
        assert "Add the original bundle once more to mend it" in str(error.value)
    mended = add(registry, bundles[0], "my-intents")
    assert (mended.number, resolve("my-intents", registry)) == (1, mended.bundle)


@pytest.mark.parametrize("name", ["model.onnx", "manifest.json"])
def test_a_version_that_lacks_a_file_is_never_used(registry, version, name):
    promote(version)
    (version.bundle / name).unlink()
    with pytest.raises(BundleError, match="is not what was registered"):
        resolve("my-intents", registry)


def test_a_manifest_with_another_temperature_is_found_out(version):
    manifest = read_json(version.bundle / "manifest.json")
    manifest["spec"]["heads"]["intent"]["temperature"] = 9.0
    write_json(version.bundle / "manifest.json", manifest)
    with pytest.raises(BundleError, match=r"is not what was registered: its manifest\.json was changed"):
        open_version(version)


def test_a_removed_version_says_so_and_comes_back_under_its_number(registry, bundles, version):
    promote(version)
    for bundle in bundles[1:3]:
        promote(add(registry, bundle, "my-intents"))
    collect(version.model_folder, keep=1, min_age=version.added.age * 0)
    with pytest.raises(InputError, match=rf"my-intents@1 \({version.id}\) was removed by `sayso gc`; add its bundle again"):
        resolve("my-intents@1", registry)
    back = add(registry, bundles[0], "my-intents", why="needed after all")
    assert (back.number, back.added.why) == (1, "needed after all")
    assert find("my-intents@1", registry) == back
    assert resolve("my-intents@1", registry) == back.bundle


def test_the_number_of_a_removed_version_is_not_given_again(registry, bundles):
    promote(add(registry, bundles[0], "my-intents"))
    rejected = add(registry, bundles[1], "my-intents")
    assert collect(rejected.model_folder, min_age=rejected.added.age * 0) == [rejected]
    assert add(registry, bundles[2], "my-intents").number == 3


def test_a_full_disk_leaves_no_version_and_says_what_to_do(registry, bundles, version, monkeypatch):
    def full(source, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(InputError, match="the disk is full; free some space"):
        add(registry, bundles[1], "my-intents")
    assert versions_in(version.model_folder) == [version]
    assert [path.name for path in (version.folder.parent).iterdir()] == ["1"]


def test_a_registry_that_cannot_be_written_stays_as_it_is(registry, bundles, version, monkeypatch):
    def denied(**place):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place["dir"]))

    monkeypatch.setattr(tempfile, "mkdtemp", denied)
    with pytest.raises(PermissionError, match="Permission denied"):
        add(registry, bundles[1], "my-intents")
    assert versions_in(version.model_folder) == [version]


def test_a_bundle_that_changes_while_it_is_copied_is_not_registered(registry, bundles, tmp_path, monkeypatch):
    bundle = shutil.copytree(bundles[0], tmp_path / "bundle")
    copy = shutil.copyfile

    def replaced_meanwhile(source, target):
        copy(bundles[1] / os.path.basename(source) if str(source).endswith("manifest.json") else source, target)

    monkeypatch.setattr(shutil, "copyfile", replaced_meanwhile)
    with pytest.raises(BundleError, match="is not what was registered"):
        add(registry, bundle)
    assert versions_in(registry / "tiny") == []


def test_a_record_that_is_broken_is_named(version):
    (version.folder / "version.json").write_text("{}")
    with pytest.raises(InputError, match=r"version\.json: this record of a version cannot be read"):
        versions_in(version.model_folder)


def test_a_name_that_the_bundle_cannot_give_must_be_given(registry, bundles, tmp_path):
    bundle = golden_bundle(tmp_path / "bundle", name="Tiny Model")
    with pytest.raises(UsageError, match="'Tiny Model' cannot be a model's name"):
        add(registry, bundle)
    assert add(registry, bundle, "tiny").number == 1
