"""Deploy folders: what a program's runtime demands is what it finds."""

import hashlib
import json
import os
import shutil

import numpy as np
import onnxruntime
import pytest
from tokenizers import Tokenizer

from sayso.artifacts import read_json, write_json
from sayso.errors import BundleError, UsageError
from sayso.export.install import STAGING, install
from sayso.runtime.load import load
from tiny_model import CODE_SEARCH, COMPLEXITY, INTENT, INTENTS, spec_of, write_bundle

SQRY_FILES = [
    "intent_classifier.onnx",
    "tokenizer.json",
    "config.json",
    "temperature.json",
    "version.txt",
    "checksums.json",
    "manifest.json",
]
MANIFEST_KEYS = ("model_version", "release_tag", "archive", "sha256", "download_url")
QUESTIONS = ["who calls login", "draw the graph", "hello", "grep the text of the index", "what is the path from a to b", "zzz " * 30]


class Refused(Exception):
    """The strict loader will not touch the folder."""


class StrictLoader:
    """The checks that sqry's runtime makes of a folder its user names, then one query at a time, as it does."""

    def __init__(self, folder, allow_unverified=False):
        self._verify(folder, allow_unverified)
        self.graph = onnxruntime.InferenceSession(str(folder / "intent_classifier.onnx"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        calibration = next(path for name in ("calibration.json", "temperature.json") if (path := folder / name).exists())
        self.temperature = np.float32(json.loads(calibration.read_text()).get("temperature", 1.0))
        self.version = dict(line.split("=", 1) for line in (folder / "version.txt").read_text().splitlines())["model_version"]

    def classify(self, text):
        encoding = self.tokenizer.encode(text)
        ids = np.array([encoding.ids[:512]], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.array([encoding.attention_mask[:512]], dtype=np.int64)}
        if any(node.name == "token_type_ids" for node in self.graph.get_inputs()):
            given["token_type_ids"] = np.array([encoding.type_ids[:512]], dtype=np.int64)
        (logits,) = self.graph.run(["logits"], given)
        assert logits.dtype == np.float32
        assert logits.shape == (1, 8)
        powers = np.exp(logits[0] / self.temperature - (logits[0] / self.temperature).max())
        return INTENTS[int(powers.argmax())], float(powers.max() / powers.sum()), ids.shape[1]

    @staticmethod
    def _verify(folder, allow_unverified):
        if not (folder / "manifest.json").exists():
            raise Refused("not a model folder: no manifest.json")
        try:
            manifest = json.loads((folder / "manifest.json").read_text())
            anchor = manifest["files"]["checksums.json"]
            assert all(isinstance(manifest[key], str) for key in MANIFEST_KEYS)
        except (ValueError, KeyError, AssertionError) as error:
            raise Refused("manifest anchor invalid") from error
        if not (folder / "checksums.json").exists():
            if allow_unverified:
                return
            raise Refused("checksums missing")
        if sha256(folder / "checksums.json") != anchor:
            raise Refused("checksum mismatch: checksums.json")
        checksums = json.loads((folder / "checksums.json").read_text())
        assert "checksums.json" not in checksums
        for name, expected in checksums.items():
            if (folder / name).exists() and sha256(folder / name) != expected:
                raise Refused(f"checksum mismatch: {name}")
            if not (folder / name).exists() and not allow_unverified:
                raise Refused(f"missing: {name}")


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return write_bundle(tmp_path_factory.mktemp("tiny") / "bundle", {"intent": INTENT | {"temperature": 0.5}})


@pytest.fixture
def folder(tmp_path, bundle):
    install(bundle, tmp_path / "models", "sqry")
    return tmp_path / "models"


def test_the_sqry_layout_has_the_runtimes_files_and_says_which(tmp_path, bundle):
    assert install(bundle, tmp_path / "models", "sqry") == [tmp_path / "models" / name for name in SQRY_FILES]
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == sorted(SQRY_FILES)


def test_the_strict_runtime_accepts_the_folder_and_answers_as_the_bundle_does(folder, bundle):
    strict, model = StrictLoader(folder), load(bundle)
    for text in QUESTIONS:
        label, confidence, _ = strict.classify(text)
        prediction = model.predict(text)
        assert (label, confidence) == (prediction.label, pytest.approx(prediction.confidence, abs=1e-5))


def test_the_runtime_gets_a_tokenizer_that_cuts_as_ours_does_and_never_pads(folder, bundle):
    strict, model = StrictLoader(folder), load(bundle)
    assert strict.classify("hello")[2] == 3
    assert strict.classify("draw " * 700)[2] == 32 == len(model.token_ids("draw " * 700))


@pytest.mark.parametrize("name", SQRY_FILES[:-1])
@pytest.mark.parametrize("allow_unverified", [False, True])
def test_the_strict_runtime_refuses_a_changed_file(folder, name, allow_unverified):
    with open(folder / name, "ab") as stream:
        stream.write(b" ")
    with pytest.raises(Refused, match=f"checksum mismatch: {name}"):
        StrictLoader(folder, allow_unverified)


@pytest.mark.parametrize("name", SQRY_FILES)
def test_the_strict_runtime_refuses_a_folder_that_lacks_a_file(folder, name):
    (folder / name).unlink()
    with pytest.raises(Refused, match=r"missing|no manifest.json"):
        StrictLoader(folder)


@pytest.mark.parametrize("anchor", ["0" * 64, None])
def test_the_strict_runtime_refuses_a_wrong_anchor(folder, anchor):
    manifest = read_json(folder / "manifest.json")
    manifest["files"] = {"checksums.json": anchor} if anchor else {}
    write_json(folder / "manifest.json", manifest)
    with pytest.raises(Refused, match=r"manifest anchor invalid|checksum mismatch: checksums.json"):
        StrictLoader(folder)


def test_the_manifest_and_the_checksums_name_every_other_file(folder):
    checksums, manifest = read_json(folder / "checksums.json"), read_json(folder / "manifest.json")
    assert checksums == {name: sha256(folder / name) for name in SQRY_FILES[:5]}
    assert manifest["files"] == checksums | {"checksums.json": sha256(folder / "checksums.json")}


def test_the_temperature_file_has_the_temperature_the_thresholds_and_how_they_were_found(folder):
    told = read_json(folder / "temperature.json")
    assert told["temperature"] == 0.5
    assert told["calibration_samples"] == 8
    assert told["intent_labels"] == list(INTENTS)
    assert told["per_intent_thresholds"] == {
        "symbol_query": 0.7,
        "text_search": 0.7,
        "trace_path": 0.7,
        "find_callers": 0.7,
        "find_callees": 0.7,
        "visualize": 0.7,
        "index_status": 0.7,
        "ambiguous": 0.5,
    }


def test_the_version_file_tells_two_models_apart(folder, tmp_path):
    install(write_bundle(tmp_path / "bundle", CODE_SEARCH), tmp_path / "other", "sqry")
    first, second = StrictLoader(folder), StrictLoader(tmp_path / "other")
    assert first.version.startswith("1.0.0+")
    assert first.version == read_json(folder / "manifest.json")["model_version"] != second.version


@pytest.mark.parametrize(
    ("heads", "found"),
    [
        ({"intent": INTENT | {"labels": list(reversed(INTENTS))}}, "this bundle has Ambiguous, IndexStatus"),
        ({"intent": INTENT | {"output": "intent"}}, "no choice head with the output `logits`"),
        (COMPLEXITY, "no choice head with the output `logits`"),
    ],
)
def test_other_labels_than_those_compiled_into_the_runtime_are_refused(tmp_path, heads, found):
    other = write_bundle(tmp_path / "bundle", heads)
    with pytest.raises(BundleError) as error:
        install(other, tmp_path / "models", "sqry")
    assert found in str(error.value)
    assert "SymbolQuery, TextSearch, TracePath" in str(error.value)
    assert "Declare them so in sayso.yaml and build again" in str(error.value)
    assert not (tmp_path / "models").exists()


def test_the_plain_layout_is_a_bundle_again(tmp_path, bundle):
    install(bundle, tmp_path / "copy")
    assert {path.name for path in (tmp_path / "copy").iterdir()} == {path.name for path in bundle.iterdir()}
    assert load(tmp_path / "copy").predict(QUESTIONS) == load(bundle).predict(QUESTIONS)
    assert read_json(tmp_path / "copy" / "manifest.json") == read_json(bundle / "manifest.json")


def test_a_projects_folder_means_the_bundle_it_has_built(tmp_path):
    (tmp_path / "sayso.yaml").write_text("name: tiny\n")
    write_bundle(tmp_path / "build" / "bundle")
    install(tmp_path, tmp_path / "models", "sqry")
    assert StrictLoader(tmp_path / "models").classify("who calls login")[0] == "FindCallers"


def test_installing_again_replaces_our_files_and_leaves_the_others(folder, bundle, tmp_path):
    (folder / "README.md").write_text("mine")
    before = sha256(folder / "intent_classifier.onnx")
    install(write_bundle(tmp_path / "bundle", max_length=16), folder, "sqry")
    StrictLoader(folder)
    assert (folder / "README.md").read_text() == "mine"
    assert sha256(folder / "intent_classifier.onnx") == before
    assert sorted(path.name for path in folder.iterdir()) == sorted([*SQRY_FILES, "README.md"])


def test_a_folder_from_before_manifests_is_brought_up_to_date(folder, bundle):
    (folder / "manifest.json").unlink()
    (folder / "intent_classifier.onnx").write_bytes(b"old")
    install(bundle, folder, "sqry")
    StrictLoader(folder)


class Killed(BaseException):
    """What stands for the power going out."""


@pytest.mark.parametrize("moves", range(7))
def test_killed_between_any_two_files_the_folder_is_refused_and_a_second_run_mends_it(folder, tmp_path, monkeypatch, moves):
    newer = write_bundle(tmp_path / "bundle", max_length=16)
    replace, done = os.replace, []

    def replace_until_killed(source, target):
        if STAGING in str(source) and os.path.dirname(target) == str(folder):
            if len(done) == moves:
                raise Killed
            done.append(target)
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", replace_until_killed)
        with pytest.raises(Killed):
            install(newer, folder, "sqry")
    with pytest.raises(Refused):
        StrictLoader(folder)
    install(newer, folder, "sqry")
    assert StrictLoader(folder).classify("draw " * 99)[2] == 16


def test_what_an_earlier_kill_left_lying_is_cleared_away(folder, bundle):
    (folder / STAGING).mkdir()
    (folder / STAGING / "intent_classifier.onnx").write_bytes(b"half")
    install(bundle, folder, "sqry")
    assert not (folder / STAGING).exists()


def test_a_full_disk_leaves_the_old_folder_working(folder, tmp_path, monkeypatch):
    def full(source, target):
        raise OSError(28, "No space left on device")

    newer = write_bundle(tmp_path / "bundle", max_length=16)
    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(Exception, match="the disk is full; free some space"):
        install(newer, folder, "sqry")
    assert StrictLoader(folder).classify("draw " * 99)[2] == 32
    assert sorted(path.name for path in folder.iterdir()) == sorted(SQRY_FILES)


def test_a_changed_bundle_is_never_installed(tmp_path):
    broken = write_bundle(tmp_path / "bundle")
    (broken / "config.json").write_text("{}")
    with pytest.raises(BundleError, match=r"config\.json: this file was changed"):
        install(broken, tmp_path / "models", "sqry")
    assert not (tmp_path / "models").exists()


def test_an_unknown_layout_is_answered_with_the_nearest(tmp_path, bundle):
    with pytest.raises(UsageError, match="no layout 'sqri'; did you mean 'sqry'"):
        install(bundle, tmp_path / "models", "sqri")


def test_the_bundle_itself_is_no_place_to_install_to(tmp_path):
    bundle = write_bundle(tmp_path / "bundle", **spec_of())
    for place in (bundle, bundle / "models"):
        with pytest.raises(UsageError, match="is the bundle itself; name another folder"):
            install(bundle, place, "sqry")
    load(bundle)


@pytest.mark.parametrize("content", ['{"kind": "weights"}', '{"name": "a web page"}', "not json", "[]"])
def test_a_manifest_of_something_else_is_never_overwritten(tmp_path, bundle, content):
    (tmp_path / "manifest.json").write_text(content)
    for layout in ("sqry", "sayso"):
        with pytest.raises(UsageError, match="belongs to something else and would be overwritten"):
            install(bundle, tmp_path, layout)
    assert (tmp_path / "manifest.json").read_text() == content


def test_a_file_that_the_runtime_would_read_instead_is_in_the_way(folder, bundle):
    (folder / "calibration.json").write_text('{"temperature": 9}')
    with pytest.raises(UsageError, match=r"calibration.json is in the way.*instead of temperature.json; delete it"):
        install(bundle, folder, "sqry")


def test_a_file_where_the_folder_should_be_is_refused(tmp_path, bundle):
    (tmp_path / "models").write_text("a file")
    with pytest.raises(UsageError, match="is a file; name the folder to install to"):
        install(bundle, tmp_path / "models", "sqry")
