"""The code-search recipe from `sayso init` to a deployed folder, held against what it promises. Takes minutes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

QUERIES = ["where is UserAuth defined", "who calls login", "draw the call graph of main", "is the index up to date"]
MEANINGS = ["SymbolQuery", "FindCallers", "Visualize", "IndexStatus"]


def sayso(*args, cwd, code=0):
    command = [sys.executable, "-c", "from sayso.cli import main; main()", *map(str, args)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env={**os.environ, "NO_COLOR": "1"}, check=False)
    assert result.returncode == code, result.stderr
    return result.stdout


@pytest.fixture(scope="session")
def recipe(tmp_path_factory):
    """The recipe, built."""
    folder = tmp_path_factory.mktemp("recipe") / "my-intents"
    sayso("init", "--recipe", "code-search", folder, cwd=folder.parent)
    sayso("build", cwd=folder)
    return folder


@pytest.fixture(scope="session")
def people(recipe):
    """The recipe's model, judged on queries that people wrote without seeing its templates."""
    return json.loads(sayso("evaluate", "--data", "human.jsonl", "--baselines", "--json", cwd=recipe))


def test_every_gate_holds(recipe):
    report = json.loads((recipe / "build" / "report" / "report.json").read_text())
    assert [gate["gate"] for gate in report["gates"] if not gate["held"]] == []
    assert len(report["gates"]) == 5


def test_people_are_understood(people):
    assert people["figures"]["intent"]["accuracy"] >= 0.85


def test_its_confidence_is_honest_on_what_people_write(people):
    assert people["figures"]["intent"]["ece"] <= 0.08


def test_it_beats_keyword_rules_and_simpler_models_on_what_people_write(people):
    own, *others = people["baselines"]
    assert {"keyword rules", "TF-IDF + logistic regression"} <= {row["name"] for row in others}
    assert all(own["accuracy"] > row["accuracy"] for row in others)


def test_the_bundle_is_small_quick_and_soon_loaded(recipe):
    found = json.loads(sayso("bench", ".", "--json", cwd=recipe))
    thirteen = next(row for row in found["latencies"] if row["tokens"] == 13)
    assert found["size_bytes"] <= 24e6
    assert thirteen["p50_ms"] < 5
    assert found["load_ms"] < 500


def test_a_second_build_has_nothing_to_do(recipe):
    plan = json.loads(sayso("build", "--dry-run", "--json", cwd=recipe))["plan"]
    assert [stage["stage"] for stage in plan if stage["runs"]] == []


def test_the_obvious_is_answered_as_expected(recipe):
    answers = json.loads(sayso("predict", ".", *QUERIES, "--json", cwd=recipe))["predictions"]
    assert [answer["label"] for answer in answers] == MEANINGS


def test_it_can_be_installed_where_the_original_runtime_looks(recipe, tmp_path):
    sayso("install", ".", tmp_path / "models", "--layout", "sqry", cwd=recipe)
    names = {path.name for path in (tmp_path / "models").iterdir()}
    assert {
        "intent_classifier.onnx",
        "tokenizer.json",
        "config.json",
        "temperature.json",
        "version.txt",
        "checksums.json",
        "manifest.json",
    } <= names


def test_the_program_in_the_readme_runs(recipe):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    program = re.search(r"```python\n(.*?)```", readme, re.DOTALL)[1]
    found = {}
    exec(program.replace("quickstart/build/bundle", str(recipe / "build" / "bundle")), found)
    assert (found["p"].label, found["p"].action) == ("FindCallers", "execute")
