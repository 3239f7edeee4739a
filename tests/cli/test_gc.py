import json

import pytest

from registry.bundles import golden_bundle
from sayso.cli.gc import gc
from sayso.cli.promote import promote
from sayso.errors import InputError
from sayso.registry import versions_in


@pytest.fixture
def registry(tmp_path):
    """A registry whose model was promoted three times."""
    for length in (16, 17, 18):
        promote(str(golden_bundle(tmp_path / str(length), max_length=length)), registry=tmp_path / "registry")
    return tmp_path / "registry"


def kept(registry):
    return [version.number for version in versions_in(registry / "tiny") if version.is_kept]


def test_a_dry_run_only_tells_what_would_go(registry, capsys):
    capsys.readouterr()
    gc(keep=1, min_age=0, dry_run=True, registry=registry)
    said = capsys.readouterr()
    assert [line.split()[0] for line in said.out.splitlines()] == ["tiny@1", "tiny@2"]
    assert "Would remove 2 versions" in said.err
    assert kept(registry) == [1, 2, 3]


def test_what_nothing_needs_goes_and_is_told(registry, capsys):
    capsys.readouterr()
    gc(keep=2, min_age=0, registry=registry)
    assert "Removed 1 version," in capsys.readouterr().err
    assert kept(registry) == [2, 3]


def test_nothing_young_goes_unless_asked(registry):
    gc(keep=1, registry=registry)
    assert kept(registry) == [1, 2, 3]


def test_json_tells_versions_and_bytes(registry, capsys):
    capsys.readouterr()
    gc("tiny", keep=1, min_age=0, registry=registry, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert [(gone["model"], gone["version"]) for gone in document["removed"]] == [("tiny", 1), ("tiny", 2)]
    assert document["size"] == sum(gone["size"] for gone in document["removed"]) > 0
    assert document["dry_run"] is False


def test_an_unknown_model_is_answered_with_the_nearest(registry):
    with pytest.raises(InputError, match="did you mean 'tiny'"):
        gc("tinny", registry=registry)
