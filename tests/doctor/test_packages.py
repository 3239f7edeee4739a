"""What is missing of an extra is told by name, with the line that installs it."""

from importlib import metadata

import pytest

from sayso.doctor import packages
from sayso.doctor.packages import Extra, extras


@pytest.fixture
def installed(monkeypatch):
    """Pretend that these versions are installed and that the extras ask for what is given."""

    def of(versions, **asked):
        def version(name):
            if name not in versions:
                raise metadata.PackageNotFoundError(name)
            return versions[name]

        monkeypatch.setattr(packages.metadata, "version", version)
        monkeypatch.setattr(packages, "_requirements", lambda: asked)

    return of


def test_the_extras_of_this_checkout_are_known():
    assert {name: bool(packages._requirements()[name]) for name in packages.EXTRAS} == dict.fromkeys(packages.EXTRAS, True)
    assert "torch>=2.6" in packages._requirements()["train"]


def test_what_training_needs_is_here():
    assert extras()["train"] == Extra("train", ())


def test_what_is_missing_or_too_old_is_named(installed):
    installed({"torch": "2.5.1+cu124", "onnx": "1.17.0"}, train=["torch>=2.6", "onnx>=1.17", "psycopg[binary]>=3.2"])
    found = extras()["train"]
    assert found.missing == ("torch >= 2.6 (here is 2.5.1+cu124)", "psycopg")
    assert found.pip == "pip install 'sayso[train]'"


def test_what_no_training_needs_is_kept_apart(installed):
    installed({}, llm=["openai>=2.0", "peft>=0.18"])
    assert extras()["llm"] == Extra("llm", ("peft",), ("openai",))


@pytest.mark.parametrize("least", ["2.0", "2.0.0", "1.9.9"])
def test_versions_are_compared_by_their_numbers(installed, least):
    installed({"peft": "2.0"}, llm=[f"peft>={least}"])
    assert extras()["llm"].pip is None
