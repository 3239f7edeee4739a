"""What the docs say of sayso beside its peers is what was measured, met or missed."""

import importlib.util
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
LABELS = {"same_label": 0.99, "same_label_unseen": 0.97, "right_unseen": 0.9}


def measured(ratio, seconds):
    single, took = {"13": {"ms": 2.0 * ratio, "ratio": ratio}}, {"seconds": seconds, "ratio": ratio}
    versions = {"torch": "2.13.0"}
    return {
        "title": f"took {ratio}",
        "single": single,
        "list": {**took, **LABELS},
        "cold": {**took, "versions": versions},
    }


@pytest.fixture
def result(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS / "peers")
    from targets import targets

    contestants = {
        "sayso": measured(1.0, 0.5),
        "pipeline": measured(4.5, 2.0),
        "pipeline_batched": {"title": "batched", "list": {"seconds": 1.2, "ratio": 2.4, **LABELS}},
        "padded": {"title": "padded", "not_measured": "No module named 'x'"},
    }
    known = {
        "machine": "a machine",
        "project": "tiny",
        "listed": 10,
        "unseen": 5,
        "texts_by_tokens": {"13": 2},
        "calls_per_text": 8,
        "starts": 5,
        "first_answers": 100,
    }
    return {**known, "contestants": contestants, "targets": targets(contestants), "minutes": 1.0}


@pytest.fixture
def figures():
    spec = importlib.util.spec_from_file_location("figures", BENCHMARKS / "figures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_target_says_by_how_much_it_is_met_or_missed(result, figures):
    told = {row[0]: row[1:] for row in map(figures.target_row, result["targets"])}
    assert told["times as fast as transformers' pipeline, 13 tokens"] == ("at least 3", "4.50", "met, 50 % above")
    assert told["seconds from the start of Python to the first answer"] == ("less than 1", "0.50", "met, 50 % below")
    on_a_list = next(row for what, row in told.items() if "list" in what)
    assert on_a_list == ("at least 3", "2.40", "**missed**, 20 % below")
    assert told["times as fast as the original's way, 13 tokens"] == ("at least 2.5", "", "not measured")


def test_the_page_shows_everybody_and_who_is_missing(result, figures):
    page = "\n".join(figures.peers_page({"peers": result}))
    assert "| took 4.5 | 9 (4.5) |" in page
    assert "| batched | 1.2 (2.4) | 97.0 % | 90.0 % |" in page
    assert "Not measured: padded (No module named 'x')." in page
    assert figures.peers_page({}) == []
