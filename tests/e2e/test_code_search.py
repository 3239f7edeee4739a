"""The code-search recipe from `sayso init` to a deployed folder, held against what it promises. Takes minutes."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sayso.artifacts import digest_of_file, read_json, write_json

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
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
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    program = re.search(r"```python\n(.*?)```", readme, re.DOTALL)[1]
    found = {}
    exec(program.replace("quickstart/build/bundle", str(recipe / "build" / "bundle")), found)
    assert (found["p"].label, found["p"].action) == ("FindCallers", "execute")


@pytest.fixture(scope="session")
def golden(recipe, tmp_path_factory):
    """What Python answers to 1,000 texts of every kind."""
    return golden_of(recipe / "build" / "bundle", tmp_path_factory.mktemp("golden") / "golden.jsonl")


@pytest.fixture(scope="session")
def float_bundle(recipe, tmp_path_factory):
    """The same bundle with the graph as it was before INT8."""
    folder = shutil.copytree(recipe / "build" / "bundle", tmp_path_factory.mktemp("float") / "bundle")
    shutil.copyfile(recipe / "build" / "onnx" / "model.fp32.onnx", folder / "model.onnx")
    write_json(folder / "checksums.json", {name: digest_of_file(folder / name) for name in read_json(folder / "checksums.json")})
    manifest = read_json(folder / "manifest.json")
    write_json(folder / "manifest.json", manifest | {"checksums_sha256": digest_of_file(folder / "checksums.json")})
    return folder


def test_node_gives_the_same_ids_scores_labels_and_actions_for_1000_texts(recipe, golden):
    node("test/parity.node.mjs", recipe / "build" / "bundle", golden)


def test_a_browser_gives_the_same_for_1000_texts_with_a_float_graph(float_bundle, tmp_path):
    node("test/parity.browser.mjs", float_bundle, golden_of(float_bundle, tmp_path / "golden.jsonl"), "--worker")


def test_a_browser_gives_the_same_ids_and_nearly_always_the_same_action_with_the_int8_graph(recipe, golden):
    node("test/parity.browser.mjs", recipe / "build" / "bundle", golden, "--rounding=0.01")


def test_the_javascript_in_the_readme_runs(recipe):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    program = re.search(r"```js\n(.*?)```", readme, re.DOTALL)[1].replace("quickstart/build/bundle", str(recipe / "build" / "bundle"))
    shown = node("--input-type=module", "-e", program + "console.log(label, action); await model.dispose();")
    assert shown.split() == ["FindCallers", "execute"]


def node(*args):
    result = subprocess.run(["node", *map(str, args)], capture_output=True, text=True, cwd=ROOT / "js", check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def golden_of(bundle, out):
    subprocess.run([sys.executable, ROOT / "tests" / "js" / "parity.py", bundle, out], check=True)
    return out
