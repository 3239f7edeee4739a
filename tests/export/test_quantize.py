"""INT8: the most aggressive scheme whose accuracy holds is taken, and every attempt is told."""

import numpy as np
import pytest

from sayso.artifacts import no_progress, open_artifact
from sayso.examples import Example, read_split
from sayso.export import quantize as module
from sayso.export.quantize import SCHEMES, Limits, quantize
from sayso.project import Head, Project


@pytest.fixture
def attempts(tiny_build, tmp_path):
    """Quantize the tiny model with a limit; what was tried, and the file."""
    project = Project.load(tiny_build)
    made = open_artifact(tiny_build / "build" / "onnx", "onnx")
    rows = read_split(open_artifact(tiny_build / "build" / "verified", "examples"), "val", project.heads)

    def run(max_drop, agreement=0.0):
        limits = Limits(max_drop, agreement, project.main_head)
        graph, out, tokenizer = made.path / "model.fp32.onnx", tmp_path / "model.onnx", made.path / "tokenizer.json"
        return quantize(graph, graph, out, made.manifest["spec"], tokenizer, rows, project.heads, limits, no_progress), graph, out

    return run


def figures(*given):
    """What is measured, in this order: first the float graph, then each scheme."""
    values = iter(given)
    return lambda *ignored: {"intent": next(values), "other": 1.0}


def test_the_first_scheme_that_holds_is_taken(attempts):
    tried, graph, out = attempts(0.5)
    assert [(one["scheme"], one["chosen"]) for one in tried] == [("everything, per channel", True)]
    assert out.stat().st_size < graph.stat().st_size


def test_a_scheme_that_costs_too_much_makes_way_for_a_gentler_one(attempts, monkeypatch):
    monkeypatch.setattr(module, "_how_right", figures(0.95, 0.925, 0.92, 0.94))
    tried, _, out = attempts(0.02)
    assert [(one["scheme"], one["drop"], one["chosen"]) for one in tried] == [
        ("everything, per channel", 0.025, False),
        ("everything, per channel, smoothed", 0.03, False),
        ("all but embeddings, per channel, smoothed", 0.01, True),
    ]
    assert tried[-1]["size_mb"] == round(out.stat().st_size / 1e6, 2)


def test_a_drop_of_exactly_the_limit_is_too_much(attempts, monkeypatch):
    monkeypatch.setattr(module, "_how_right", figures(0.75, 0.5, 0.75))
    assert [one["chosen"] for one in attempts(0.25)[0]] == [False, True]


def test_the_head_that_loses_most_decides(attempts, monkeypatch):
    measured = iter([{"a": 0.9, "b": 0.9}, {"a": 0.95, "b": 0.8}, {"a": 0.9, "b": 0.9}])
    monkeypatch.setattr(module, "_how_right", lambda *ignored: next(measured))
    assert [one["drop"] for one in attempts(0.05)[0]] == [0.1, 0.0]


def test_when_every_scheme_costs_too_much_the_float_graph_is_shipped(attempts, monkeypatch):
    monkeypatch.setattr(module, "_how_right", figures(0.9, *[0.5] * len(SCHEMES)))
    tried, graph, out = attempts(0.02)
    assert [one["scheme"] for one in tried] == [*(scheme.name for scheme in SCHEMES), "none, float"]
    assert out.read_bytes() == graph.read_bytes()


def test_a_scheme_that_changes_too_many_answers_makes_way_even_if_as_many_are_right(attempts):
    tried, _, _ = attempts(0.5, agreement=1.1)
    assert len(tried) == len(SCHEMES)
    assert [one["agreement"] for one in tried if one["chosen"]] == [max(one["agreement"] for one in tried)]
    assert attempts(0.5, agreement=0.5)[0][0]["chosen"]


def test_how_right_a_head_is_depends_on_its_type():
    heads = {
        "tier": Head(type="choice", labels=["a", "b"]),
        "tags": Head(type="tags", labels=["x", "y", "z"]),
        "score": Head(type="score"),
    }
    rows = [
        Example("", {"tier": "a", "tags": ("x",), "score": 0.5}),
        Example("", {"tier": "b", "tags": ("y", "z")}),
        Example("", {"tier": "a"}),
    ]
    logits = {
        "tier": np.array([[2, 1], [2, 1], [2, 1]]),
        "tags": np.array([[1, -1, -1], [-1, 1, -1], [9, 9, 9]]),
        "score": np.array([0.7, 0, 0]),
    }
    assert module._how_right(logits, rows, heads) == {
        "tier": pytest.approx(2 / 3),
        "tags": pytest.approx(4 / 5),
        "score": pytest.approx(0.8),
    }
