"""Nothing of a bundle is used before it has been verified."""

import shutil

import pytest

from sayso.artifacts import digest_of_file, read_json, write_json
from sayso.errors import BundleError
from sayso.runtime.bundle import open_bundle
from sayso.runtime.load import load
from tiny_model import seal, spec_of, write_bundle

FILES = ("model.onnx", "tokenizer.json", "config.json", "temperature.json", "golden.jsonl")


@pytest.fixture
def bundle(tmp_path):
    return write_bundle(tmp_path / "bundle")


def refusal(bundle, **options):
    with pytest.raises(BundleError) as error:
        load(bundle, **options)
    return str(error.value)


def test_a_whole_bundle_opens_with_its_spec_and_checksums(bundle):
    opened = open_bundle(bundle)
    assert opened.spec == spec_of()
    assert set(opened.checksums) == set(FILES)


@pytest.mark.parametrize("name", [*FILES, "checksums.json"])
@pytest.mark.parametrize("options", [{}, {"allow_missing": True}], ids=["as usual", "missing files allowed"])
def test_a_changed_file_is_always_refused_and_named(bundle, name, options):
    with open(bundle / name, "ab") as stream:
        stream.write(b" ")
    message = refusal(bundle, **options)
    assert f"{bundle / name}: this file was changed" in message
    assert "install or build the bundle again" in message


@pytest.mark.parametrize("name", [*FILES, "checksums.json"])
def test_a_missing_file_is_refused_and_named(bundle, name):
    (bundle / name).unlink()
    assert f"{bundle / name}: this file is missing" in refusal(bundle)


@pytest.mark.parametrize("name", ["config.json", "temperature.json", "golden.jsonl", "checksums.json"])
def test_a_file_the_model_can_do_without_may_be_missing_if_asked(bundle, name):
    (bundle / name).unlink()
    assert load(bundle, allow_missing=True).predict("who calls").label == "FindCallers"


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_file_the_model_needs_may_never_be_missing(bundle, name):
    (bundle / name).unlink()
    assert f"{bundle / name}: this file is missing" in refusal(bundle, allow_missing=True)


def test_a_file_that_nothing_vouches_for_is_not_loaded(bundle):
    checksums = read_json(bundle / "checksums.json")
    del checksums["model.onnx"]
    write_json(bundle / "checksums.json", checksums)
    manifest = read_json(bundle / "manifest.json") | {"checksums_sha256": digest_of_file(bundle / "checksums.json")}
    write_json(bundle / "manifest.json", manifest)
    assert f"{bundle / 'model.onnx'}: checksums.json does not list this file" in refusal(bundle)


def test_files_beside_the_bundles_own_do_no_harm(bundle):
    (bundle / "README.md").write_text("mine")
    assert load(bundle).predict("who calls").label == "FindCallers"


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/hostname", "sub/../../secret", "C:/secret", "C:\\secret", "..\\secret", "", "a\0b", "link"]
)
@pytest.mark.parametrize("options", [{}, {"allow_missing": True}], ids=["as usual", "missing files allowed"])
def test_a_listed_name_may_not_lead_out_of_the_bundle(bundle, name, options):
    (bundle.parent / "secret").write_text("secret")
    (bundle / "link").symlink_to(bundle.parent / "secret")
    write_json(bundle / "checksums.json", {**read_json(bundle / "checksums.json"), name: digest_of_file(bundle.parent / "secret")})
    manifest = read_json(bundle / "manifest.json") | {"checksums_sha256": digest_of_file(bundle / "checksums.json")}
    write_json(bundle / "manifest.json", manifest)
    message = refusal(bundle, **options)
    assert f"{bundle / 'checksums.json'}: this lists {name!r}, which is not inside the bundle" in message


def test_a_folder_of_another_kind_is_no_bundle(bundle):
    write_json(bundle / "manifest.json", {"kind": "weights"})
    assert "manifest of 'weights', not of a bundle" in refusal(bundle)


def test_a_bundle_of_a_later_format_is_refused(bundle):
    seal(bundle, spec_of(format=99))
    assert "has format 99 and this version of sayso reads format 1" in refusal(bundle)


@pytest.mark.parametrize(("content", "message"), [("{", "manifest.json:1: this is not valid JSON"), ("[]", "this is not a JSON object")])
def test_a_manifest_that_is_no_json_object_is_refused(bundle, content, message):
    (bundle / "manifest.json").write_text(content)
    assert message in refusal(bundle)


def test_a_bundle_can_be_moved(bundle, tmp_path):
    moved = tmp_path / "elsewhere" / "ünïcode bundle"
    shutil.copytree(bundle, moved)
    shutil.rmtree(bundle)
    assert load(moved).predict("who calls").label == "FindCallers"
