"""The recipe `complexity`, built and judged on the prompts that people wrote by hand, each language apart.

    python benchmarks/complexity.py [--work FOLDER]

Builds the recipe in FOLDER (only what has changed, as `sayso build` does), then judges the bundle on the recipe's human.jsonl, beside
TF-IDF, the rules and every blend, and measures its speed. The prompts are read after the model is finished, and for nothing else.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sayso
from sayso.artifacts import no_progress
from sayso.evaluate.files import evaluate_file
from sayso.evaluate.metrics import tags_figures
from sayso.examples import read_examples
from sayso.recipes import copy_recipe
from sayso.runtime.bench import bench
from sayso.runtime.rules import rule_estimate

HERE = Path(__file__).parent
HEADS = {"score": ("mae", "spearman"), "tier": ("accuracy", "off_by_one", "ece"), "domains": ("micro_f1",), "intent": ("accuracy", "ece")}


def main() -> None:
    """Build, judge, measure, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/complexity"))
    parser.add_argument("--prompts", type=Path, help="Another file of prompts; its result is printed and not kept.")
    parser.add_argument("--as-it-is", action="store_true", help="Judge the bundle that FOLDER holds, whatever has changed since.")
    given = parser.parse_args()
    if not given.work.is_dir():
        copy_recipe("complexity", given.work)
    project = sayso.Project.load(given.work)
    if not given.as_it_is:
        sayso.build(project, progress=no_progress)
    prompts = given.prompts or given.work / "human.jsonl"
    result = {"people": {language: judged(project, prompts, language) for language in ("", *project.languages)}}
    if given.prompts is None:
        report = json.loads((project.build / "report" / "report.json").read_text(encoding="utf-8"))
        weights = json.loads((project.build / "weights" / "manifest.json").read_text(encoding="utf-8"))
        result |= {
            "test": figures_of(report),
            "int8_agreement": report["figures"]["int8_agreement"],
            "quantization": report["quantization"],
            "vocabulary": weights["vocabulary"],
            "speed": asdict(bench(given.work)),
        }
        (HERE / "results" / "complexity.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result["people"], indent=2))


def judged(project: sayso.Project, prompts: Path, language: str) -> dict[str, Any]:
    """The figures on the prompts in one language, or in all."""
    rows = [line for line in prompts.read_text(encoding="utf-8").splitlines() if not language or json.loads(line)["lang"] == language]
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "prompts.jsonl")
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")
        report = evaluate_file(project.folder, file, project=project)
        found = figures_of(report)
        found["rules"] = rules_alone(project, file)
    return found


def figures_of(report: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a report."""
    figures = {head: {name: report["figures"][head][name] for name in names} for head, names in HEADS.items()}
    return {"rows": report["figures"]["rows"], "heads": figures, "baselines": report["baselines"], "modes": report["modes"]}


def rules_alone(project: sayso.Project, file: Path) -> dict[str, float]:
    """How right the rules are about intent and domains; what they are worth on score and tier is among the modes."""
    import numpy as np

    rows = list(read_examples(file, project.heads))
    found = [rule_estimate(row.text) for row in rows]
    labels = list(project.heads["domains"].labels)
    truth, guess = (np.array([[label in some for label in labels] for some in given]) for given in (
        [row.labels["domains"] for row in rows], [one.domains for one in found],
    ))  # fmt: skip
    right = [one.intent == row.labels["intent"] for one, row in zip(found, rows, strict=True)]
    tags = tags_figures(guess.astype(float), np.full(len(labels), 0.5), truth, labels)
    return {"intent_accuracy": float(np.mean(right)), "domains_micro_f1": tags["micro_f1"]}


if __name__ == "__main__":
    main()
