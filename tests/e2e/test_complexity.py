"""The recipe `complexity` on its real multilingual base, with fewer rows than it has: from templates to a running estimator."""

import json

import numpy as np
import pytest

import sayso
from sayso.artifacts import open_artifact
from sayso.export.install import install
from sayso.recipes import copy_recipe
from sayso.runtime.graph import open_graph

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The recipe, built on a quarter of its rows and without gates, which are for the whole of it."""
    folder = tmp_path_factory.mktemp("complexity") / "project"
    copy_recipe("complexity", folder)
    text = (folder / "sayso.yaml").read_text(encoding="utf-8")
    text = text.replace("samples_per_label: 2400", "samples_per_label: 600").replace("epochs: 5", "epochs: 3").partition("gates:")[0]
    text = text.replace("min_per_label: 200", "min_per_label: 5")
    (folder / "sayso.yaml").write_text(text, encoding="utf-8")
    project = sayso.Project.load(folder)
    sayso.build(project)
    return project


def test_a_quarter_of_the_rows_makes_a_model_that_is_better_than_chance_on_peoples_prompts(built):
    from sayso.evaluate.files import evaluate_file

    report = evaluate_file(built.folder, built.folder / "human.jsonl")
    assert report["figures"]["tier"]["accuracy"] > 0.35
    assert report["figures"]["tier"]["off_by_one"] > 0.7
    assert [row["mode"] for row in report["modes"]] == ["rules", "hybrid", "ml_only", "ml_refine"]


def test_the_bundle_is_small_because_its_vocabulary_is_pruned(built):
    facts = open_artifact(built.build / "weights", "weights").manifest
    assert facts["vocabulary"]["kept"] < facts["vocabulary"]["of"] / 5
    size = sum(path.stat().st_size for path in (built.build / "bundle").iterdir())
    assert size < 41e6


def test_the_graph_names_its_outputs_and_takes_any_batch_and_length(built):
    graph = open_graph(built.build / "bundle" / "model.onnx", threads=1)
    assert [node.name for node in graph.get_outputs()] == ["score", "tier", "domains", "intent"]
    for shape in ((1, 3), (3, 40), (2, 256)):
        given = {"input_ids": np.full(shape, 5, dtype=np.int64), "attention_mask": np.ones(shape, dtype=np.int64)}
        outputs = graph.run(None, {node.name: given[node.name] for node in graph.get_inputs()})
        assert [output.shape for output in outputs] == [(shape[0],), (shape[0], 5), (shape[0], 5), (shape[0], 8)]


def test_int8_answers_as_torch_does(built):
    figures = json.loads((built.build / "report" / "report.json").read_text(encoding="utf-8"))["figures"]
    assert open_artifact(built.build / "onnx", "onnx").manifest["parity"]["exported"] < 1e-3
    assert figures["int8_agreement"]["score"] >= 0.98
    assert figures["int8_agreement"]["tier"] >= 0.93


def test_installed_it_serves_both_languages(built, tmp_path):
    install(built.folder, tmp_path / "models", "complexity")
    (tmp_path / "config.yaml").write_text("task_complexity: {ml_estimation_mode: ml_only}\n", encoding="utf-8")
    with sayso.Estimator(tmp_path / "config.yaml", watch=False) as estimator:
        greetings = [estimator.estimate(text) for text in ("Hello!", "你好")]
        hard = [estimator.estimate(text) for text in ("Design a globally distributed database", "設計一個全球分散式資料庫系統")]
    assert all(easy.score < difficult.score for easy, difficult in zip(greetings, hard, strict=True))
    assert {found.mode for found in greetings + hard} == {"ml_only"}
