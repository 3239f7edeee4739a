"""What pruning the multilingual base's vocabulary costs: how texts are cut, what they mean to it, and what can be learned from that.

    python benchmarks/vocabulary.py

The base with its whole vocabulary and with that of English and Chinese, on prompts that people wrote in these languages, and a linear
model on each's vectors of generated rows, judged on rows of templates it never saw.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from transformers import AutoModel, AutoTokenizer

from sayso.artifacts import no_progress
from sayso.examples import Example, read_examples, split_by_group
from sayso.generate import gather
from sayso.project import Project
from sayso.recipes import HERE as RECIPES
from sayso.train.bases import resolve_base
from sayso.train.vocabulary import prune_vocabulary

HERE = Path(__file__).parent
ROWS_A_TIER = 500


def main() -> None:
    """Compare and keep the result."""
    project = Project.load(RECIPES / "complexity").with_section("generate", {"samples_per_label": ROWS_A_TIER})
    rows = gather(project).rows
    splits = split_by_group(rows, project.splits, 1, "tier")
    prompts = list(read_examples(HERE / "complexity" / "dev_prompts.jsonl", project.heads))
    whole = resolve_base(project.base)
    with tempfile.TemporaryDirectory() as scratch:
        pruned = Path(scratch, "pruned")
        counts = prune_vocabulary(whole, pruned, project.languages, [row.text for row in splits["train"]], no_progress)
        result: dict[str, Any] = {"pieces": counts.of, "pieces_kept": counts.kept}
        for language in project.languages:
            texts = [row.text for row in prompts if row.lang == language]
            result[language] = beside(Base(whole), Base(pruned), texts)
        result["tier_by_a_linear_model"] = {name: probe(Base(folder), splits) for name, folder in (("whole", whole), ("pruned", pruned))}
    print(json.dumps(result, indent=2))
    (HERE / "results" / "vocabulary.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


class Base:
    """An encoder with its tokenizer."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.encoder = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()

    def pieces(self, text: str) -> list[str]:
        """How a text is cut."""
        return self.tokenizer.convert_ids_to_tokens(self.tokenizer(text)["input_ids"])

    def vectors(self, texts: list[str]) -> np.ndarray:
        """The mean of each text's tokens."""
        found = []
        with torch.inference_mode():
            for text in texts:
                batch = self.tokenizer(text, return_tensors="pt", truncation=True, max_length=128)
                found.append(self.encoder(**batch).last_hidden_state[0].mean(0).numpy())
        return np.array(found)


def beside(whole: Base, pruned: Base, texts: list[str]) -> dict[str, float]:
    """How alike both are on these texts."""
    before, after = [whole.pieces(text) for text in texts], [pruned.pieces(text) for text in texts]
    one, other = whole.vectors(texts), pruned.vectors(texts)
    cosines = (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    return {
        "cut_as_before": round(float(np.mean([a == b for a, b in zip(before, after, strict=True)])), 4),
        "more_pieces": round(sum(map(len, after)) / sum(map(len, before)) - 1, 4),
        "mean_cosine": round(float(cosines.mean()), 4),
        "least_cosine": round(float(cosines.min()), 4),
    }


def probe(base: Base, splits: dict[str, list[Example]]) -> float:
    """How often a linear model on the frozen vectors is right about the tier."""
    inputs = {name: base.vectors([row.text for row in splits[name]]) for name in ("train", "test")}
    labels = {name: [row.labels["tier"] for row in splits[name]] for name in ("train", "test")}
    mean, spread = inputs["train"].mean(0), inputs["train"].std(0)
    linear = LogisticRegression(C=0.1, max_iter=1000).fit((inputs["train"] - mean) / spread, labels["train"])
    return round(float(linear.score((inputs["test"] - mean) / spread, labels["test"])), 4)


if __name__ == "__main__":
    main()
