"""Zero-shot on public sets of intents: labels told by their names alone, or by five examples each; judged as a user runs it.

    python benchmarks/zero_shot.py [--base NAME] [--set NAME] [--data FOLDER]

Writes benchmarks/results/zero_shot.json, and the tables of docs/zero-shot.md. FOLDER holds `banking77`, `clinc150`, `hwu64` and
`ohf`; by default `$SAYSO_DATASETS`. Each bundle is made from a sayso.yaml whose descriptions are the labels' names with spaces
(`card_arrival`: "card arrival"), or, for Home Assistant, its own English sentence on each intent, for Italian texts too. Nothing is
trained or fitted on any of the texts that are judged. `best_sharpness` and `best_least_likeness` are what the two constants of
sayso/zeroshot/prototypes.py would be if they were fitted on that set.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sayso.evaluate.metrics import choice_figures, search_minimum
from sayso.generate.stage import gather
from sayso.project import Project
from sayso.runtime.decide import softmax
from sayso.runtime.load import load
from sayso.zeroshot.bundle import make_bundle
from sayso.zeroshot.prototypes import LEAST_LIKENESS, SHARPNESS

RESULTS = Path(__file__).parent / "results" / "zero_shot.json"
PAGE = Path(__file__).parent.parent / "docs" / "zero-shot.md"
EXAMPLES, JUDGED = 5, 1000
BASES = ("minilm", "e5-multilingual")
OUT_OF_SCOPE = "oos"


@dataclass(frozen=True)
class Set:
    """Texts with their intents, what each intent means, and sentences of each that are judged by nobody."""

    language: str
    meanings: dict[str, str]
    judged: list[tuple[str, str]]
    examples: dict[str, list[str]] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)


def main() -> None:
    """Judge each base on each set, and keep what was found before on others."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATASETS", "datasets")))
    parser.add_argument("--base", action="append", choices=BASES)
    parser.add_argument("--set", action="append", choices=SETS, dest="sets")
    given = parser.parse_args()
    if not (given.data / "clinc150").is_dir():
        sys.exit(f"{given.data} holds no sets of intents; name the folder with --data")
    for name in given.sets or SETS:
        one = SETS[name](given.data)
        for base in given.base or BASES:
            made = judged(name, one, base)
            print(name, base, json.dumps(made))
            found = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
            found.setdefault(name, {})[base] = made
            RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
            write_page(found)


def judged(name: str, one: Set, base: str) -> dict[str, Any]:
    """What a base makes of a set, by meanings alone and with examples; and with texts of no intent, where the set has some."""
    counts = np.unique([intent for _, intent in one.judged], return_counts=True)[1]
    found: dict[str, Any] = {
        "language": one.language,
        "intents": len(one.meanings),
        "texts": len(one.judged),
        "majority": round(float(counts.max() / counts.sum()), 4),
        "descriptions": figures(name, one, base, {}),
    }
    if one.examples:
        found["examples"] = figures(name, one, base, one.examples)
    if one.outside:
        found["fallback"] = {
            "descriptions": fallback_figures(name, one, base, {}),
            "examples": fallback_figures(name, one, base, one.examples),
        }
    return found


def figures(name: str, one: Set, base: str, examples: dict[str, list[str]]) -> dict[str, Any]:
    """How often the most likely label is right, and whether the confidence is."""
    texts, truth = zip(*one.judged, strict=True)
    logits, labels, made = answers(project_of(name, one, base, examples), texts)
    right = np.array([labels.index(intent) for intent in truth])
    told = choice_figures(softmax(logits), right, labels)

    def nll(factor: float) -> float:
        return float(-np.log(np.clip(softmax(logits * factor)[np.arange(len(right)), right], 1e-12, 1)).mean())

    best = search_minimum(nll, 0.2, 5.0)
    sharpest = choice_figures(softmax(logits * best), right, labels)
    return rounded(
        {key: told[key] for key in ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "ece", "mean_confidence")}
        | {"best_sharpness": SHARPNESS * best, "ece_at_best": sharpest["ece"]}
        | made
    )


def fallback_figures(name: str, one: Set, base: str, examples: dict[str, list[str]]) -> dict[str, Any]:
    """With a fallback: how many texts of no intent it gets, and how many of the others."""
    texts = [text for text, _ in one.judged] + one.outside
    logits, labels, made = answers(project_of(name, one, base, examples, fallback=OUT_OF_SCOPE), texts)
    fallback = labels.index(OUT_OF_SCOPE)
    right = np.array([labels.index(intent) for _, intent in one.judged] + [fallback] * len(one.outside))
    inside = right != fallback
    guess = logits.argmax(-1)
    shifts = np.arange(-4.0, 4.0, 0.25)
    others = np.arange(len(labels)) != fallback
    best = max(shifts, key=lambda shift: float((np.where(others, logits + shift, 0.0).argmax(-1) == right).mean()))
    return rounded(
        {
            "accuracy": float((guess == right).mean()),
            "accuracy_inside": float((guess == right)[inside].mean()),
            "inside_lost": float((guess == fallback)[inside].mean()),
            "outside_found": float((guess == fallback)[~inside].mean()),
            "ece": choice_figures(softmax(logits), right, labels)["ece"],
            "best_least_likeness": LEAST_LIKENESS - float(best) / SHARPNESS,
        }
        | made
    )


def answers(document: dict[str, Any], texts: Iterable[str]) -> tuple[Any, list[str], dict[str, Any]]:
    """Make the bundle, and ask it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "sayso.yaml").write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
        started = time.monotonic()
        bundle = make_bundle(Project.load(folder), folder / "bundle")
        seconds = time.monotonic() - started
        size = sum(path.stat().st_size for path in bundle.path.iterdir())
        with load(bundle.path, threads=2) as model:
            logits = model.logits(texts)["intent"].astype(np.float64)
    facts = bundle.manifest["provenance"]
    scheme = next(attempt["scheme"] for attempt in facts["quantization"] if attempt["chosen"])
    return (
        logits,
        list(bundle.manifest["spec"]["heads"]["intent"]["labels"]),
        {
            "scale": facts["zero_shot"]["scale"]["intent"],
            "int8": scheme,
            "size_mb": size / 1e6,
            "seconds_to_make": seconds,
        },
    )


def project_of(name: str, one: Set, base: str, examples: dict[str, list[str]], fallback: str | None = None) -> dict[str, Any]:
    """A project that says what its labels mean, and has no data."""
    labels: dict[str, Any] = {
        label: {"description": meaning, "examples": examples.get(label, [])} for label, meaning in one.meanings.items()
    }
    head: dict[str, Any] = {"type": "choice", "labels": labels}
    if fallback:
        labels[fallback] = "Anything else"
        head["fallback"] = fallback
    return {
        "name": name.replace("_", "-"),
        "languages": [one.language],
        "base": base,
        "heads": {"intent": head},
        "train": {"prune_vocabulary": base == "e5-multilingual"},
    }


def flat(data: Path, name: str) -> Set:
    """A set whose labels are words: judged on its validation rows, where it has some."""
    rows = read(data / name / "train.jsonl")
    random.Random(1).shuffle(rows)
    shown: dict[str, list[str]] = {}
    rest = []
    for text, intent in rows:
        if len(shown.setdefault(intent, [])) < EXAMPLES:
            shown[intent].append(text)
        else:
            rest.append((text, intent))
    held_out = read(data / name / "val.jsonl") if (data / name / "val.jsonl").is_file() else rest
    random.Random(1).shuffle(held_out)
    outside = [text for part in ("val", "train") for text, _ in read(data / name / f"oos_{part}.jsonl")] if name == "clinc150" else []
    meanings = {intent: intent.replace("_", " ") for intent in sorted(shown)}
    return Set("en", meanings, held_out[:JUDGED], {intent: shown[intent] for intent in meanings}, outside)


def home_assistant(data: Path, language: str) -> Set:
    """Home Assistant's test sentences, with its English sentence on each intent, and examples from its templates."""
    said = yaml.safe_load((data / "ohf" / "intents.yaml").read_text(encoding="utf-8"))
    found: dict[tuple[str, str], None] = {}
    for path in sorted((data / "ohf" / "tests" / language).glob("*/*.yaml")):
        for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("tests") or ():
            found |= dict.fromkeys((text, path.parent.name) for text in test.get("sentences") or ())
    shown = sentences_of_templates(data / "ohf", language)
    judged = [row for row in found if row[1] in said and row[1] in shown]
    random.Random(1).shuffle(judged)
    meanings = {intent: said[intent]["description"] for intent in sorted({intent for _, intent in judged})}
    return Set(language, meanings, judged[:JUDGED], {intent: shown[intent] for intent in meanings})


def sentences_of_templates(data: Path, language: str) -> dict[str, list[str]]:
    """Five sentences of each intent, as Home Assistant's templates give them."""
    labels = sorted({path.parent.name for path in (data / "sentences" / language).glob("*/*.yaml")})
    document = {
        "name": "templates",
        "languages": [language],
        "heads": {"intent": {"type": "choice", "labels": labels}},
        "data": [{"templates": data.resolve()}],
        "generate": {"samples_per_label": 4 * EXAMPLES, "allow_fewer": True, "augmentation_ratio": 0},
    }
    shown: dict[str, list[str]] = {}
    for row in gather(Project.model_validate(document)).examples:
        own = shown.setdefault(str(row.labels["intent"]), [])
        if len(own) < EXAMPLES:
            own.append(row.text)
    return shown


def read(path: Path) -> list[tuple[str, str]]:
    """The rows of a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["text"], row["intent"]) for row in rows]


def rounded(values: dict[str, Any]) -> dict[str, Any]:
    """Figures as they are told."""
    return {name: round(value, 4 if abs(value) <= 1 else 1) if isinstance(value, float) else value for name, value in values.items()}


def write_page(found: dict[str, Any]) -> None:
    """Put the tables where docs/zero-shot.md has its figures."""
    sets = [(name, base, found[name][base]) for name in SETS if name in found for base in BASES if base in found[name]]
    columns = ("set", "base", "intents", "majority", "right, descriptions", "ECE", "right, with examples", "ECE")
    rows = [
        (
            f"{NAMES[name]}, {LANGUAGES[row['language']]}",
            base,
            str(row["intents"]),
            percent(row["majority"]),
            *(percent(row[told][figure]) for told in ("descriptions", "examples") for figure in ("accuracy", "ece")),
        )
        for name, base, row in sets
    ]
    scope = ("CLINC150 with a fallback", "its out-of-scope texts found", "texts in scope lost to it")
    scopes = [
        (
            f"{base}, {'descriptions' if told == 'descriptions' else 'with examples'}",
            percent(one["outside_found"]),
            percent(one["inside_lost"]),
        )
        for _, base, row in sets
        for told, one in row.get("fallback", {}).items()
    ]
    block = f"<!-- figures:begin -->\n{table(columns, rows, 2)}\n\n{table(scope, scopes, 1)}\n<!-- figures:end -->"
    text = re.sub("<!-- figures:begin -->.*<!-- figures:end -->", lambda _: block, PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    PAGE.write_text(text, encoding="utf-8")


def table(columns: tuple[str, ...], rows: list[tuple[str, ...]], names: int) -> str:
    """A table whose first columns are names, the others figures."""
    rules = ["---"] * names + ["---:"] * (len(columns) - names)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (columns, rules, *rows))


def percent(share: float) -> str:
    """A share as it is told."""
    return f"{100 * share:.1f} %"


NAMES = {
    "clinc150": "CLINC150",
    "banking77": "BANKING77",
    "hwu64": "HWU64",
    "home_assistant_en": "Home Assistant",
    "home_assistant_it": "Home Assistant",
}
LANGUAGES = {"en": "English", "it": "Italian"}
SETS = {
    "clinc150": lambda data: flat(data, "clinc150"),
    "banking77": lambda data: flat(data, "banking77"),
    "hwu64": lambda data: flat(data, "hwu64"),
    "home_assistant_en": lambda data: home_assistant(data, "en"),
    "home_assistant_it": lambda data: home_assistant(data, "it"),
}

if __name__ == "__main__":
    main()
