"""Starting up is quick because nothing heavy is imported before it is needed."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "numpy",
    "onnx",
    "onnxruntime",
    "tokenizers",
    "torch",
    "transformers",
    "sklearn",
    "pyarrow",
    "pandas",
    "altair",
    "hassil",
    "rapidfuzz",
    "jinja2",
    "pydantic",
    "yaml",
}


def modules_after(program):
    printed = subprocess.run(
        [sys.executable, "-c", f"{program}; import sys, json; print(json.dumps(list(sys.modules)))"], capture_output=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(printed.stdout)}


@pytest.mark.parametrize("program", ["import sayso", "import sayso.cli"])
def test_importing_the_package_loads_nothing_heavy(program):
    assert modules_after(program) & (HEAVY | {"typer", "rich"}) == set()


def test_the_list_of_verbs_loads_nothing_heavy():
    assert modules_after("import sayso.cli.app") & HEAVY == set()


def test_the_module_of_a_verb_loads_nothing_heavy():
    assert modules_after("import sayso.cli.predict, sayso.cli.bench, sayso.cli.install") & HEAVY == set()


def test_loading_and_predicting_needs_neither_torch_nor_the_project_file():
    runtime = {"numpy", "onnxruntime", "tokenizers"}
    assert modules_after("import sayso; sayso.load; sayso.Model; sayso.Prediction") & (HEAVY - runtime) == set()
