"""How sure a model of commands may be before people have told it: fitted on requests to tools whose models had none of their words.

    python benchmarks/experience.py [--work FOLDER]

Each tool is built from its schema alone, with the defaults: those of benchmarks/unseen that are for development, and the recipe `gh`
without the words and the requests that people wrote for it. Then people's requests are put to it, and what made it sure of its answers is
weighed by whether they were right. Every tool counts the same. The result is src/sayso/evaluate/experience.json, which `calibrate` starts
from; how well it serves a tool that it was not fitted on is told for each in turn.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import sayso
from sayso.clischema import to_spec
from sayso.evaluate.confidence import EXPERIENCE, Answers, Belief, answers_to, ignorance, learned
from sayso.evaluate.metrics import calibration_errors
from sayso.examples import read_examples
from sayso.recipes import copy_recipe
from sayso.runtime.decide import averaged
from sayso.runtime.model import Model
from sayso.runtime.reading import interpreter_of

HERE = Path(__file__).parent
TOOLS = ("gh", "parcel", "ledger")


def main() -> None:
    """Build what is not there yet, ask it, write down what was learned."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/experience"))
    work = parser.parse_args().work
    answers = {tool: answers_of(tool, work / tool) for tool in TOOLS}
    for left_out in TOOLS:
        others = together([answers[tool] for tool in TOOLS if tool != left_out])
        print(left_out, json.dumps(figures_of(answers[left_out], others)))
    found = together(list(answers.values()))
    document = {
        "reasons": list(answers[TOOLS[0]].names),
        "weights": np.round(found.weights, 6).tolist(),
        "covariance": np.round(found.covariance, 6).tolist(),
        "commands_answered": {tool: len(told.right) for tool, told in answers.items()},
    }
    EXPERIENCE.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def answers_of(tool: str, folder: Path) -> Answers:
    """What a model of the tool that knows its schema alone answers to people."""
    if not folder.is_dir():
        prepare(tool, folder)
    project = sayso.Project.load(folder)
    sayso.build(project)
    model = sayso.load(folder)
    assert isinstance(model, Model) and project.tool is not None
    reader = interpreter_of(model, {"schema": to_spec(project.tool)})
    return answers_to(reader, list(read_examples(folder / "human.jsonl", project.heads)))


def prepare(tool: str, folder: Path) -> None:
    """A project of the schema alone, with people's requests beside it."""
    if tool == "gh":
        copy_recipe("gh", folder)
        requests = [folder / "requests" / f"{split}.jsonl" for split in ("train", "calib")]
        (folder / "human.jsonl").write_text("".join(path.read_text(encoding="utf-8") for path in requests), encoding="utf-8")
        shutil.rmtree(folder / "requests")
        schema = without_phrases(yaml.safe_load((folder / "schema.yaml").read_text(encoding="utf-8")))
        (folder / "schema.yaml").write_text(yaml.safe_dump(schema, sort_keys=False), encoding="utf-8")
    else:
        shutil.copytree(HERE / "unseen" / tool, folder)
    (folder / "sayso.yaml").write_text(f"name: {tool}\ncommands: schema.yaml\n", encoding="utf-8")


def without_phrases(part: Any) -> Any:
    """The same without what somebody has written of how people say it."""
    if isinstance(part, dict):
        return {key: without_phrases(value) for key, value in part.items() if key != "natural_language"}
    return [without_phrases(one) for one in part] if isinstance(part, list) else part


def together(tools: Sequence[Answers]) -> Belief:
    """What the tools teach, each as much as the one with the fewest answers."""
    fewest = min(len(told.right) for told in tools)
    every = Answers(tools[0].names, np.concatenate([told.reasons for told in tools]), np.concatenate([told.right for told in tools]))
    return learned(
        every, ignorance(len(every.names)), np.concatenate([np.full(len(told.right), fewest / len(told.right)) for told in tools])
    )


def figures_of(told: Answers, belief: Belief) -> dict[str, Any]:
    """How good confidences are that others taught."""
    given = np.c_[told.reasons, np.ones(len(told.right))]
    sure = averaged(given, belief.weights, belief.covariance)
    executed = sure >= 0.9
    return {
        "answers": len(told.right),
        "right": round(float(told.right.mean()), 3),
        "mean_confidence": round(float(sure.mean()), 3),
        "ece": round(float(calibration_errors(sure, told.right)[0]), 3),
        "at_least_0.9": int(executed.sum()),
        "right_of_these": round(float(told.right[executed].mean()), 3) if executed.any() else None,
        "at_least_0.5": round(float((sure >= 0.5).mean()), 3),
    }


if __name__ == "__main__":
    main()
