"""The recipe `assistant` on each base model that can be had, judged on queries that were written by hand, apart from its templates.

    python benchmarks/assistant.py [--work FOLDER]

Builds the recipe in FOLDER on each base (only what has changed, as `sayso bench --bases` does), then judges every bundle on the
recipe's human.jsonl, beside TF-IDF and nearest neighbours. The queries are read after the models are finished, and for nothing else.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import sayso
from sayso.bases import BaseTried, try_bases
from sayso.evaluate.files import evaluate_file
from sayso.recipes import copy_recipe

HERE = Path(__file__).parent
FIGURES = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "ece")


def main() -> None:
    """Build, judge, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/assistant"))
    given = parser.parse_args()
    if not given.work.is_dir():
        copy_recipe("assistant", given.work)
    project = sayso.Project.load(given.work)
    result = [judged(project, tried) for tried in try_bases(project)]
    (HERE / "results" / "assistant.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def judged(project: sayso.Project, tried: BaseTried) -> dict[str, Any]:
    """What a base is worth: size, speed, and the figures on test and on people's queries; or why it could not be had."""
    if tried.reason:
        return {"base": tried.base, "reason": "; ".join(line.strip(" -") for line in tried.reason.splitlines()[1:-1])}
    trial = project.on_trial(tried.base)
    test = json.loads((trial.build / "report" / "report.json").read_text(encoding="utf-8"))
    people = evaluate_file(trial.build / "bundle", project.folder / "human.jsonl", project=trial)
    return tried.to_dict() | {"test": figures_of(test), "people": figures_of(people), "int8_drop": test["figures"]["int8_drop"]}


def figures_of(report: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a report."""
    figures = {name: report["figures"]["intent"][name] for name in FIGURES}
    return {"rows": report["figures"]["rows"], **figures, "baselines": report["baselines"]}


if __name__ == "__main__":
    main()
