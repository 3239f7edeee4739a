"""Where a registry is, and what models and aliases may be called."""

from pathlib import Path

import pytest

from sayso.errors import InputError, UsageError
from sayso.registry import add, default_registry, model_folder, models_in
from sayso.registry.places import check_alias, parse_reference

OUTSIDE = ["../secret", "/etc/passwd", "a/b", "..", ".hidden", "a\\b", "C:x", "a\0b", "a b", "Ünïcode", "-x", "A", "x" * 65]


def test_the_registry_is_where_the_environment_says_or_with_the_users_data(monkeypatch, tmp_path):
    monkeypatch.setenv("SAYSO_REGISTRY", str(tmp_path / "ours"))
    assert default_registry() == tmp_path / "ours"
    monkeypatch.delenv("SAYSO_REGISTRY")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_registry() == tmp_path / "data" / "sayso" / "registry"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert default_registry() == tmp_path / ".local" / "share" / "sayso" / "registry"


@pytest.mark.parametrize("text", ["my-intents", "registry:my-intents"])
def test_a_name_alone_leaves_open_which_version(text):
    assert (parse_reference(text).model, parse_reference(text).at) == ("my-intents", None)


@pytest.mark.parametrize("at", ["3", "a1b2c3d4e5f6", "production", "blue.2"])
def test_a_version_an_id_or_an_alias_follows_the_name(at):
    assert parse_reference(f"registry:my-intents@{at}").at == at


@pytest.mark.parametrize("name", [*OUTSIDE, ""])
def test_a_name_never_leads_out_of_the_registry(registry, bundles, name):
    for use in (lambda: add(registry, bundles[0], name or " "), lambda: model_folder(registry, name), lambda: parse_reference(f"{name}@1")):
        with pytest.raises(UsageError, match="cannot be a model's name: use up to 64 of a-z"):
            use()
    assert not registry.exists()


@pytest.mark.parametrize("at", [*OUTSIDE, ""])
def test_what_follows_the_name_never_leads_out_of_the_registry(at):
    with pytest.raises(UsageError, match="is neither a version nor an alias; write NAME@VERSION or NAME@ALIAS"):
        parse_reference(f"my-intents@{at}")


@pytest.mark.parametrize("alias", ["3", "007", "a1b2c3d4e5f6", "123456789012"])
def test_an_alias_cannot_be_taken_for_a_version(alias):
    with pytest.raises(UsageError, match=f"'{alias}' cannot be an alias: it would be taken for a version"):
        check_alias(alias)


def test_an_unknown_model_is_answered_with_the_nearest(registry, bundles):
    add(registry, bundles[0], "my-intents")
    with pytest.raises(InputError, match=r"registry: there is no model 'my-intent' in this registry; did you mean 'my-intents'\?"):
        model_folder(registry, "my-intent")


def test_an_empty_registry_says_how_to_fill_it(registry):
    with pytest.raises(InputError, match=r"the registry is empty\. Add a model with: sayso models add BUNDLE --name my-intents"):
        model_folder(registry, "my-intents")


def test_what_else_lies_in_the_registrys_folder_is_no_model(registry, bundles):
    add(registry, bundles[0], "my-intents")
    for folder in ("Backup", "empty", ".cache", "my-intents/versions/draft"):
        (registry / folder).mkdir()
    (registry / "notes.txt").write_text("mine")
    assert models_in(registry) == ["my-intents"]
