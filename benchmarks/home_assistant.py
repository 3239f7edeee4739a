"""A model from Home Assistant's own templates alone, judged on the sentences that people wrote to test them.

    python benchmarks/home_assistant.py --language en [--language it] [--data FOLDER] [--base NAME]

FOLDER holds `sentences`, `rules`, `lists` and `tests`, as in github.com/OHF-Voice/intents; by default `$SAYSO_DATASETS/ohf`.
The test sentences are read after the model is finished, and for nothing but to judge it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import yaml

from sayso.artifacts import open_artifact
from sayso.evaluate import calibrate
from sayso.evaluate.judge import judge
from sayso.examples import Example
from sayso.export import export
from sayso.generate import generate
from sayso.project import Project
from sayso.runtime.model import Model
from sayso.train import train

SETTINGS = {
    "generate": {"samples_per_label": 300, "allow_fewer": True, "augmentation_ratio": 0.3, "seed": 1},
    "splits": {"train": 0.85, "val": 0.05, "calib": 0.05, "test": 0.05},
    "train": {"epochs": 3, "learning_rate": 1.5e-4, "max_length": 64},
}


def main() -> None:
    """Build and judge one model a language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATASETS", "datasets")) / "ohf")
    parser.add_argument("--language", action="append", required=True)
    parser.add_argument("--base", default="minilm")
    parser.add_argument("--work", type=Path, default=Path("build/home_assistant"))
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    if not (given.data / "sentences").is_dir():
        sys.exit(f"{given.data} holds no `sentences`; name the folder with --data")
    for language in given.language:
        result = one_language(given.data, language, given.base, given.work / language)
        print(json.dumps(result, ensure_ascii=False))
        given.results.mkdir(parents=True, exist_ok=True)
        (given.results / f"home_assistant_{language}.json").write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n")


def one_language(data: Path, language: str, base: str, work: Path) -> dict[str, object]:
    """Everything about one language: build, then judge."""
    started = time.monotonic()
    project = project_of(data, language, base, work)
    examples = generate(project, work / "examples")
    weights = train(project, examples, work / "weights", progress=told)
    onnx = export(project, weights, examples, work / "onnx")
    calibration = calibrate(project, onnx, examples, work / "calibration")
    seconds = time.monotonic() - started
    spec = json.loads((calibration.path / "calibration.json").read_text())
    sentences, excluded = test_sentences(data, language, set(spec["heads"]["intent"]["labels"]))
    with Model(spec, onnx.path / "model.onnx", onnx.path / "tokenizer.json", threads=2) as model:
        found = judge(model, spec, sentences)
    (work / "judged.json").write_text(json.dumps(found, ensure_ascii=False, indent=1))
    figures = found["figures"]["intent"]
    return {
        "language": language,
        "base": base,
        "intents": len(spec["heads"]["intent"]["labels"]),
        "sentences": len(sentences),
        "excluded_without_templates": excluded,
        "accuracy": round(figures["accuracy"], 4),
        "low": round(figures["accuracy_low"], 4),
        "high": round(figures["accuracy_high"], 4),
        "macro_f1": round(figures["macro_f1"], 4),
        "ece": round(figures["ece"], 4),
        "training_rows": open_artifact(work / "examples", "examples").manifest["rows"]["train"],
        "minutes": round(seconds / 60, 1),
    }


def project_of(data: Path, language: str, base: str, work: Path) -> Project:
    """A project that knows nothing but the templates' folder."""
    labels = sorted({path.parent.name for path in (data / "sentences" / language).glob("*/*.yaml")})
    document = {
        "name": f"home-assistant-{language.lower()}",
        "languages": [language],
        "base": base,
        "heads": {"intent": {"type": "choice", "labels": labels}},
        "data": [{"templates": str(data.resolve())}],
        **SETTINGS,
    }
    work.mkdir(parents=True, exist_ok=True)
    (work / "sayso.yaml").write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return Project.load(work)


def test_sentences(data: Path, language: str, labels: set[str]) -> tuple[list[Example], int]:
    """The distinct sentences of the tests with their intents, and how many were left out because their intent has no template."""
    found: dict[tuple[str, str], Example] = {}
    for path in sorted((data / "tests" / language).glob("*/*.yaml")):
        for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("tests") or ():
            for text in test.get("sentences") or ():
                found[text, path.parent.name] = Example(text, {"intent": path.parent.name})
    known = [example for example in found.values() if example.labels["intent"] in labels]
    return known, len(found) - len(known)


def told(doing: str, done: int, total: int) -> None:
    """A line now and then."""
    if total and done % 100 == 0:
        print(f"{doing} {done}/{total}", file=sys.stderr)


if __name__ == "__main__":
    main()
