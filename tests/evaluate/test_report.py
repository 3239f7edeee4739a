import re

from sayso.evaluate.commands import figures_of
from sayso.evaluate.report import page, verdict

DETAILS = {
    "labels": ["buy", "<b>other</b>"],
    "confusion": [[3, 1], [0, 4]],
    "reliability": [{"low": 0.5, "high": 0.6, "count": 8, "confidence": 0.55, "accuracy": 0.8}],
    "uncalibrated": [{"low": 0.5, "high": 0.6, "count": 8, "confidence": 0.55, "accuracy": 0.8}],
    "risk_coverage": {"coverage": [0.5, 1.0], "risk": [0.0, 0.1]},
    "confidence_histogram": {"edges": [0, 0.5, 1], "counts": [1, 7]},
    "worst": [{"text": "<script>alert(1)</script>", "truth": "buy", "answer": "other", "confidence": 0.9, "group": None}],
}
FIGURES = {
    "accuracy": 0.875, "accuracy_low": 0.7, "accuracy_high": 0.95, "macro_f1": 0.87, "ece": 0.05, "mce": 0.1, "temperature": 1.2,
    "uncalibrated": {"ece": 0.08, "mce": 0.2, "nll": 0.5}, "f1": {"min": 0.8, "buy": 0.8, "<b>other</b>": 0.9},
    "precision": {"buy": 1.0, "<b>other</b>": 0.8}, "recall": {"buy": 0.75, "<b>other</b>": 1.0}, "support": {"buy": 4, "<b>other</b>": 4},
}  # fmt: skip
REPORT = {
    "name": "shop",
    "description": "",
    "base": "minilm",
    "data": None,
    "heads": ["intent"],
    "details": {"intent": DETAILS},
    "figures": {"intent": FIGURES, "rows": 8, "latency_ms": {"p50": 1.5, "p95": 3.0}},
    "gates": [{"gate": "intent.accuracy >= 0.9", "value": 0.875, "held": False}],
    "baselines": [
        {"head": "intent", "measure": "accuracy", "name": "this model", "accuracy": 0.875, "low": 0.7, "high": 0.9},
        {"head": "intent", "measure": "accuracy", "name": "majority", "accuracy": 0.5, "low": 0.4, "high": 0.6},
    ],
}


def test_the_page_needs_nothing_but_itself():
    html = page(REPORT)
    assert not re.search(r'(src|href)\s*=\s*"?https?:', html)
    assert "<script" not in html.replace("&lt;script", "")
    assert html.count("<svg") == 3


def test_what_a_text_holds_is_shown_as_text():
    html = page(REPORT)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<b>other</b>" not in html


def test_gates_and_baselines_are_on_the_page():
    html = page(REPORT)
    assert "not held" in html
    assert "majority" in html


def test_a_model_that_a_simple_one_equals_is_not_worth_shipping():
    assert verdict(REPORT) is None
    worse = {**REPORT, "baselines": [REPORT["baselines"][0], {**REPORT["baselines"][1], "accuracy": 0.875}]}
    assert "not worth shipping" in verdict(worse)
    assert "not worth shipping" in page(worse)


def test_a_language_model_s_page_tells_what_quantizations_cost_and_what_the_grammar_gives():
    commands = figures_of([]) | {"latency_ms": {"p50": 170.0, "p95": 380.0}}
    report = {
        "name": "gh",
        "description": "",
        "base": "smollm2",
        "data": {"digest": "3f9a" * 16},
        "figures": {"rows": 0, "commands": commands, "without_grammar": {"rows": 100, "valid": 0.76, "valid_with_grammar": 1.0}},
        "commands": {"worst": [], "baselines": []},
        "baselines": [],
        "gates": [],
        "quantization": "q8_0",
        "quality": {name: {"rows": 120, "exact": 0.5, "size_mb": 144.8} for name in ("f16", "q8_0")},
        "parity": {"prompts": 24, "same_ids": 1.0, "same_answers": 1.0, "same_stop": True},
    }
    html = page(report)
    assert "q8_0 (shipped)" in html and "76.0 %" in html and "the same end of an answer" in html
