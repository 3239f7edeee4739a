"""Promoting and rolling back, as a person types it."""

import json
import os
import subprocess
import sys

import pytest

from registry.bundles import golden_bundle
from sayso.cli.promote import promote
from sayso.cli.rollback import rollback
from sayso.errors import InputError, UsageError


@pytest.fixture
def bundles(tmp_path):
    return [str(golden_bundle(tmp_path / str(length), max_length=length)) for length in (16, 17)]


@pytest.fixture
def place(tmp_path):
    return tmp_path / "registry"


def sayso(*args, **env):
    command = [sys.executable, "-c", "from sayso.cli import main; main()", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "100", **env})


def test_a_bundle_is_registered_and_put_into_production(bundles, place, capsys):
    promote(bundles[0], name="my-intents", why="first", registry=place)
    promote(bundles[1], name="my-intents", registry=place)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("my-intents@production: 1 (")
    assert second.startswith("my-intents@production: 1 -> 2 (")


def test_a_version_is_put_under_any_alias(bundles, place, capsys):
    promote(bundles[0], registry=place, alias="staging")
    promote("tiny@staging", registry=place)
    assert capsys.readouterr().out.splitlines()[1].startswith("tiny@production: 1 (")
    promote("registry:tiny@1", alias="blue", registry=place, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert (document["alias"], document["from"], document["to"], document["changed"]) == ("blue", None, 1, True)
    assert document["path"] == str(place / "tiny" / "versions" / "1" / "bundle")


def test_what_is_there_already_is_told_as_such(bundles, place, capsys):
    promote(bundles[0], registry=place)
    capsys.readouterr()
    promote(bundles[0], registry=place)
    assert "It pointed there already." in capsys.readouterr().err
    promote("tiny@1", registry=place, as_json=True)
    assert json.loads(capsys.readouterr().out)["changed"] is False


def test_a_model_alone_is_answered_with_its_newest_version(bundles, place):
    for bundle in bundles:
        promote(bundle, registry=place, alias="staging")
    with pytest.raises(UsageError, match="say which version of tiny; the newest is tiny@2"):
        promote("tiny", registry=place)


def test_a_version_has_its_name_already(bundles, place):
    promote(bundles[0], registry=place)
    with pytest.raises(UsageError, match="--name goes with a bundle; tiny@1 has a name"):
        promote("tiny@1", name="other", registry=place)


def test_rolling_back_leads_to_the_version_before_or_to_any(bundles, place, capsys):
    for bundle in bundles:
        promote(bundle, registry=place)
    capsys.readouterr()
    rollback("tiny", why="slow", registry=place)
    assert capsys.readouterr().out.startswith("tiny@production: 2 -> 1 (")
    rollback("tiny", to="2", registry=place, as_json=True)
    assert json.loads(capsys.readouterr().out)["to"] == 2
    rollback("tiny", to="2", registry=place)
    assert "It pointed there already." in capsys.readouterr().err
    with pytest.raises(InputError, match="tiny has no version 9"):
        rollback("tiny", to="9", registry=place)


def test_typed_in_a_terminal_with_the_registry_from_the_environment(bundles, place):
    env = {"SAYSO_REGISTRY": str(place)}
    result = sayso("promote", bundles[0], "--name", "my-intents", "--why", "first", "--json", **env)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["to"] == 1
    lost = sayso("rollback", "my-intents", **env)
    assert lost.returncode == 3
    assert "production has pointed at no version before my-intents@1; name one with --to" in lost.stderr
    assert sayso("models", "shwo", **env).returncode == 2
