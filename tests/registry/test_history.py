"""What is said of a history that cannot be read."""

import pytest

from sayso.errors import ArtifactError
from sayso.registry import add, aliases_in, history_of, promote


@pytest.fixture
def folder(registry, bundles):
    for bundle in bundles[:2]:
        promote(add(registry, bundle, "my-intents"))
    return registry / "my-intents"


def test_a_model_that_was_never_promoted_has_no_history(registry, bundles):
    assert history_of(add(registry, bundles[0], "my-intents").model_folder) == []


@pytest.mark.parametrize("line", ["not json", "{}", "[]", '{"switch": "one"}'])
def test_a_broken_line_is_named(folder, line):
    whole = (folder / "history.jsonl").read_text()
    (folder / "history.jsonl").write_text(f"{line}\n{whole}")
    with pytest.raises(ArtifactError, match=r"history\.jsonl"):
        history_of(folder)


def test_an_aliass_file_that_is_broken_is_named(folder):
    (folder / "aliases" / "production.json").write_text("{")
    with pytest.raises(ArtifactError, match=r"production\.json:1: this is not valid JSON"):
        aliases_in(folder)


def test_a_reason_may_be_in_any_language_and_on_many_lines(registry, bundles, folder):
    promote(add(registry, bundles[2], "my-intents"), why="più veloce\n再见 🚀")
    assert history_of(folder)[-1].made.why == "più veloce\n再见 🚀"
    assert len((folder / "history.jsonl").read_bytes().splitlines()) == 3
