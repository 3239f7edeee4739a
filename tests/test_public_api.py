"""The public API is what `sayso.__all__` lists, and nothing is added or lost by accident."""

import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sayso
from tiny_model import COMPLEXITY, write_bundle

DOCUMENTATION = (Path(__file__).parents[1] / "docs" / "python-api.md").read_text(encoding="utf-8")
STAGES = ("generate", "check", "verify", "train", "export", "calibrate", "evaluate", "bundle", "build")
PACKAGES = ("generate", "train", "export", "evaluate")


def test_the_public_names_are_these():
    assert sayso.__all__ == [
        "ArtifactError",
        "BundleError",
        "CheckFailed",
        "ChoiceResult",
        "Clarification",
        "Command",
        "DataError",
        "Estimate",
        "Estimator",
        "InputError",
        "MissingExtra",
        "Model",
        "Prediction",
        "Predictor",
        "Project",
        "ProjectError",
        "SaysoError",
        "ScoreResult",
        "Span",
        "SpansResult",
        "Suggestion",
        "TagsResult",
        "TemplateError",
        "Unreachable",
        "UsageError",
        "__version__",
        "build",
        "bundle",
        "calibrate",
        "check",
        "evaluate",
        "export",
        "generate",
        "load",
        "train",
        "verify",
    ]
    assert dir(sayso) == sayso.__all__


@pytest.mark.parametrize("name", sayso.__all__)
def test_every_public_name_can_be_used_and_says_what_it_is(name):
    value = getattr(sayso, name)
    assert name == "__version__" or inspect.getdoc(value)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'sayso' has no attribute 'lode'"):
        sayso.lode  # noqa: B018


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_is_a_function_of_a_project(name):
    parameters = inspect.signature(getattr(sayso, name)).parameters
    assert next(iter(parameters)) == "project"
    assert "progress" in parameters


@pytest.mark.parametrize("name", PACKAGES)
def test_a_stage_stays_a_function_when_the_package_of_its_name_is_imported(name):
    package = importlib.import_module(f"sayso.{name}")
    assert inspect.ismodule(package)
    assert inspect.isfunction(getattr(sayso, name))
    assert getattr(sayso, name).__path__ == package.__path__


@pytest.mark.parametrize("first", ["import sayso.export.install", "import sayso; sayso.export"])
def test_modules_of_a_stages_package_can_be_imported_under_any_name(first):
    program = f"{first}; import sayso.export.install as install; from sayso.export import install as same; assert install is same"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_every_public_name_is_in_the_documentation():
    assert [name for name in sayso.__all__ if name not in DOCUMENTATION] == []


def test_the_documentations_examples_of_using_a_model_run(tmp_path, monkeypatch):
    write_bundle(tmp_path / "build" / "bundle", COMPLEXITY)
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", DOCUMENTATION.partition("## Build a model")[0], flags=re.DOTALL)
    seen: dict[str, object] = {}
    for example in examples:
        exec(example, seen)
    assert len(examples) == 2
    assert seen["label"] in seen["model"].labels


@pytest.mark.parametrize("name", ["Estimate", "Estimator", "Model", "Prediction", "Predictor"])
def test_every_public_part_of_a_class_is_in_the_documentation(name):
    parts = [part for part in dir(getattr(sayso, name)) if not part.startswith("_")]
    assert [part for part in parts if f".{part}" not in DOCUMENTATION] == []
