"""Pushing and pulling, as a person types it."""

import json
import os
import subprocess
import sys

import pytest

from registry.bundles import golden_bundle
from registry.hub import WRITER, serving
from sayso.cli.models import models


@pytest.fixture
def bundle(tmp_path):
    return golden_bundle(tmp_path / "bundle")


@pytest.fixture
def hub(tmp_path):
    with serving() as hub:
        yield hub


@pytest.fixture
def sayso(tmp_path, hub):
    def run(*args, **env):
        home = {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1", "HF_ENDPOINT": hub.url, "HF_TOKEN": WRITER}
        registry = {"SAYSO_REGISTRY": str(tmp_path / "registry")}
        command = [sys.executable, "-c", "from sayso.cli import main; main()", *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **home, **registry, **env})

    return run


def test_a_version_goes_to_the_hub_and_comes_back_into_another_registry(sayso, hub, bundle, tmp_path):
    models("add", str(bundle), registry=tmp_path / "registry")
    pushed = sayso("push", "tiny@1", "ana/tiny", "--why", "to try")
    assert pushed.returncode == 0, pushed.stderr
    assert pushed.stdout == f"{hub.url}/ana/tiny\n"
    assert "Pushed tiny@1 to ana/tiny (private), commit" in pushed.stderr
    pulled = sayso("pull", "ana/tiny", "--json", "--registry", tmp_path / "other")
    assert pulled.returncode == 0, pulled.stderr
    document = json.loads(pulled.stdout)
    assert (document["model"], document["version"]) == ("tiny", 1)
    assert document["source"].startswith("hub:ana/tiny@")


def test_a_bundle_can_be_pushed_without_a_registry(sayso, hub, bundle):
    pushed = sayso("push", bundle, "ana/tiny", "--public", "--json")
    assert json.loads(pushed.stdout)["visibility"] == "public"
    assert hub.repos["ana/tiny"].private is False


def test_a_hub_that_cannot_be_reached_ends_with_code_4_and_no_traceback(sayso, bundle):
    result = sayso("push", bundle, "ana/tiny", HF_ENDPOINT="http://127.0.0.1:9")
    assert result.returncode == 4
    assert "cannot get through to http://127.0.0.1:9" in result.stderr
    assert "Traceback" not in result.stderr


def test_without_the_package_for_it_the_extra_is_named(sayso, bundle):
    program = "import sys; sys.modules['huggingface_hub'] = None; from sayso.cli import main; main()"
    command = [sys.executable, "-c", program, "push", str(bundle), "ana/tiny"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 4
    assert "pip install 'sayso[train]'" in result.stderr
