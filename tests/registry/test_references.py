"""What a reference means, and what is said of one that means nothing."""

import subprocess
import sys

import pytest

from sayso.errors import InputError
from sayso.registry import add, find, promote, resolve
from sayso.registry.references import bundle_of, is_folder


@pytest.fixture
def versions(registry, bundles):
    versions = [add(registry, bundle, "my-intents") for bundle in bundles[:2]]
    promote(versions[0])
    promote(versions[1], "staging")
    return versions


def test_an_alias_a_number_and_an_id_lead_to_the_same_bundle(registry, versions):
    for at in ("staging", "2", versions[1].id):
        assert resolve(f"registry:my-intents@{at}", registry) == versions[1].bundle


def test_without_a_version_it_is_the_one_in_production(registry, versions):
    assert find("my-intents", registry) == versions[0]


def test_the_users_own_registry_is_looked_in_unless_another_is_named(registry, versions, monkeypatch):
    monkeypatch.setenv("SAYSO_REGISTRY", str(registry))
    assert resolve("registry:my-intents@production") == versions[0].bundle


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("my-intent", "there is no model 'my-intent' in this registry; did you mean 'my-intents'"),
        ("my-intents@stagin", "my-intents has no alias or version 'stagin'; did you mean 'staging'"),
        ("my-intents@7", "my-intents has no version 7; known are 1, 2"),
        ("my-intents@aaaaaaaaaaaa", "my-intents has no alias or version 'aaaaaaaaaaaa'; known are production, staging, 1, 2"),
    ],
)
def test_what_is_unknown_is_answered_with_what_is_known(registry, versions, reference, message):
    with pytest.raises(InputError, match=message):
        find(reference, registry)


def test_a_model_without_production_says_how_to_set_it(registry, bundles):
    add(registry, bundles[0], "fresh")
    with pytest.raises(InputError, match="fresh has no alias 'production' yet; set it with: sayso promote fresh@1"):
        resolve("registry:fresh", registry)


def test_looking_a_version_up_loads_nothing_heavy(registry, versions):
    program = "import pathlib, sys, sayso.registry as r; r.resolve('my-intents', pathlib.Path(sys.argv[1])); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program, str(registry)], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) & {"numpy", "onnxruntime", "tokenizers", "huggingface_hub", "pydantic", "typer"} == set()


def test_a_folder_and_a_reference_are_told_apart(registry, versions, bundles, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-intents").mkdir()
    assert is_folder("my-intents")
    assert is_folder("nowhere/bundle")
    assert not is_folder("registry:my-intents")
    assert not is_folder("my-intents@production")
    assert bundle_of(str(bundles[0]), registry) == bundles[0]
    assert bundle_of("my-intents@2", registry) == versions[1].bundle
