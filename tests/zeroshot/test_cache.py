"""A zero-shot bundle is made once."""

import subprocess
import sys

import pytest

from sayso.errors import ArtifactError
from sayso.zeroshot import bundle as making
from sayso.zeroshot import cache
from sayso.zeroshot.cache import cached_bundle


@pytest.fixture
def made(monkeypatch):
    """The projects that bundles were really made of, in the order in which it happened."""
    projects = []

    def make(project, out, progress):
        projects.append(project)
        out.mkdir(parents=True)
        (out / "manifest.json").write_text("{}")

    monkeypatch.setattr(making, "make_bundle", make)
    return projects


def test_the_second_start_takes_what_the_first_has_made(shop, made, tmp_path):
    first, second = cached_bundle(shop()), cached_bundle(shop())
    assert first == second
    assert first.is_relative_to(tmp_path / "cache" / "zero-shot")
    assert len(made) == 1


def test_the_second_start_imports_nothing_that_only_making_takes(shop):
    project = shop()
    cached_bundle(project)
    program = (
        "import sayso, sys; sayso.load('zero-shot', project=sys.argv[1]).predict('buy bread');"
        "print(sorted({'torch', 'transformers', 'sklearn', 'scipy', 'onnx'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", program, str(project.folder)], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


@pytest.mark.parametrize(
    "changed",
    [
        {"labels": {"buy": "wants to buy bread", "hours": "asks when the shop is open", "other": "anything else"}},
        {"fallback": None},
        {"bands": {"execute": 0.95}},
        {"languages": ["it"]},
        {"base": "minilm"},
    ],
)
def test_whatever_the_answers_depend_on_makes_another(shop, made, changed):
    assert cached_bundle(shop()) != cached_bundle(shop(**changed))


def test_gates_and_splits_of_no_rows_are_no_reason_to_make_another(shop, made):
    assert cached_bundle(shop()) == cached_bundle(shop(gates=["intent.accuracy >= 0.9"]))


def test_changed_rows_make_another(shop, made, tmp_path):
    project = shop(data=[{"examples": "rows.jsonl"}])
    found = []
    for content in ("one", "two"):
        (tmp_path / "shop" / "rows.jsonl").write_text(content)
        found.append(cached_bundle(project))
    assert found[0] != found[1]


def test_a_base_that_was_changed_in_its_folder_makes_another(shop, made, tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    found = []
    for content in ("weights", "other weights"):
        (base / "model.safetensors").write_text(content)
        found.append(cached_bundle(shop(base=str(base))))
    assert found[0] != found[1]


def test_only_those_that_were_used_last_are_kept(shop, made, monkeypatch):
    monkeypatch.setattr(cache, "KEPT", 2)
    first, second = (cached_bundle(shop(languages=[language])) for language in ("de", "fr"))
    cached_bundle(shop(languages=["de"]))
    cached_bundle(shop(languages=["it"]))
    assert first.is_dir()
    assert not second.is_dir()


def test_a_cache_that_cannot_be_written_says_which_variable_moves_it(shop, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("SAYSO_CACHE", str(tmp_path / "file"))
    with pytest.raises(ArtifactError, match="set SAYSO_CACHE to a folder that can be written"):
        cached_bundle(shop())
