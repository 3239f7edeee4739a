"""What the docs say of the queue's order is what was measured."""

import importlib.util
import json
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def figures():
    spec = importlib.util.spec_from_file_location("figures", BENCHMARKS / "figures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found():
    return json.loads((BENCHMARKS / "results" / "active.json").read_text(encoding="utf-8"))


def test_the_page_holds_what_was_measured(figures, found):
    page = (BENCHMARKS.parent / "docs" / "performance.md").read_text(encoding="utf-8")
    assert all(part in page for part in figures.active_page({"active": found}))
    assert figures.active_page({}) == []


def test_the_plot_is_small_and_needs_nothing_else(figures, found, tmp_path):
    pytest.importorskip("vl_convert")
    figures.draw_active(found, tmp_path / "active.svg")
    drawn = (tmp_path / "active.svg").read_text(encoding="utf-8")
    assert len(drawn) < 200_000
    assert "<script" not in drawn
    assert "BANKING77, skewed" in drawn


def test_a_difference_is_told_in_points_with_its_interval(figures):
    assert figures.points({"mean": [0.042], "low": [-0.011], "high": [0.05]}, 0) == "+4.2 (-1.1 to +5.0)"
