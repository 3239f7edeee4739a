"""What the model card says, and what it leaves out where nothing is known."""

import pytest

from registry.bundles import golden_bundle
from sayso.artifacts import read_json, write_json
from sayso.registry.card import model_card
from sayso.runtime.bundle import open_bundle
from tiny_model import COMPLEXITY, INTENT, SLOTS, write_bundle


def test_every_kind_of_head_and_figure_has_its_place(tmp_path):
    bundle = golden_bundle(tmp_path / "bundle", COMPLEXITY)
    metrics = {"score": {"mae": 0.067, "spearman": 0.938, "accuracy": 0.933}, "tier": {"accuracy": 0.82, "ece": 0.04, "macro_f1": 0.8}}
    write_json(bundle / "manifest.json", read_json(bundle / "manifest.json") | {"metrics": metrics})
    card = model_card(open_bundle(bundle), "ana/complexity")
    assert "| `score` | a number from 0 to 1 |  |" in card
    assert "| `tier` | one of | `easy`, `hard` |" in card
    assert "| `domains` | any of | `coding`, `maths` |" in card
    assert "| head | accuracy | macro-F1 | ECE | MAE | Spearman |" in card
    assert "| `score` | 0.933 |  |  | 0.067 | 0.938 |" in card


def test_the_provenance_is_a_table(tmp_path):
    bundle = write_bundle(tmp_path / "bundle")
    provenance = {
        "sayso": "0.1.0",
        "created": "2026-05-01T10:00:00+00:00",
        "base": "minilm",
        "data": {"digest": "d" * 64, "rows": {"train": 800, "test": 200}},
        "quantization": [{"scheme": "everything", "chosen": False}, {"scheme": "per channel", "chosen": True}],
        "commit": None,
    }
    write_json(bundle / "manifest.json", read_json(bundle / "manifest.json") | {"provenance": provenance, "description": "Finds code."})
    card = model_card(open_bundle(bundle), "ana/x")
    assert "\n# tiny\n\nFinds code.\n" in card
    for line in ("| base model | minilm |", "| rows | 800 train, 200 test |", "| INT8 | per channel |", "| by | sayso 0.1.0 |"):
        assert line in card
    assert "commit" not in card


def test_a_bundle_that_tells_nothing_of_itself_gets_a_short_card(tmp_path):
    card = model_card(open_bundle(write_bundle(tmp_path / "bundle")), "ana/x")
    assert card.startswith("---\nlibrary_name: sayso\n")
    assert "worth" not in card
    assert "Where it is from" not in card


@pytest.mark.parametrize("label", ["a|b", "a`b", "a\nb"])
def test_a_label_cannot_break_the_table(tmp_path, label):
    bundle = write_bundle(tmp_path / "bundle", {"intent": INTENT | {"labels": [*INTENT["labels"][:7], label], "fallback": None}})
    [line] = [line for line in model_card(open_bundle(bundle), "ana/x").splitlines() if line.startswith("| `intent`")]
    assert line.replace("\\|", "").count("|") == 4


def test_a_head_that_marks_pieces_has_its_place(tmp_path):
    bundle = golden_bundle(tmp_path / "bundle", SLOTS)
    write_json(bundle / "manifest.json", read_json(bundle / "manifest.json") | {"metrics": {"slots": {"micro_f1": 0.912, "macro_f1": 0.9}}})
    card = model_card(open_bundle(bundle), "ana/search")
    assert "| `slots` | pieces of the text that are | `action`, `thing` |" in card
    assert "| `slots` | 0.900 | 0.912 |" in card
