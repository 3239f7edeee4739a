"""Writes the figures of the README and docs/performance.md: `make figures`, after `make quickstart`.

Reads the quickstart's report and bundle, judges the bundle on the queries in the recipe's human.jsonl, measures its speed, and
adds the results that benchmarks/home_assistant.py left in benchmarks/results.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sayso.evaluate.files import evaluate_file
from sayso.project import Project
from sayso.runtime.bench import bench

ROOT = Path(__file__).parent.parent
QUICKSTART = ROOT / "quickstart"
RESULTS = ROOT / "benchmarks" / "results"


def main() -> None:
    """Measure, then write."""
    if not (QUICKSTART / "build" / "bundle").is_dir():
        sys.exit("there is no quickstart bundle yet; run: make quickstart")
    project = Project.load(QUICKSTART)
    report = json.loads((project.build / "report" / "report.json").read_text(encoding="utf-8"))
    human = evaluate_file(QUICKSTART, QUICKSTART / "human.jsonl", project=project)
    speed = asdict(bench(QUICKSTART))
    languages = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("home_assistant_*.json"))]
    write_block(ROOT / "README.md", summary(report, human, speed, languages))
    write_block(ROOT / "docs" / "performance.md", page(report, human, speed, languages))


def write_block(path: Path, text: str) -> None:
    """Replace what stands between the figures' marks."""
    page = path.read_text(encoding="utf-8")
    begin, end = "<!-- figures:begin -->", "<!-- figures:end -->"
    replaced = re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)
    path.write_text(replaced, encoding="utf-8")


def summary(report: dict[str, Any], human: dict[str, Any], speed: dict[str, Any], languages: list[dict[str, Any]]) -> str:
    """The README's table."""
    test, people = report["figures"]["intent"], human["figures"]["intent"]
    thirteen = next(row for row in speed["latencies"] if row["tokens"] == 13)
    best = max(human["baselines"][1:], key=lambda row: row["accuracy"])
    rows = [
        ("right on test templates", f"{percent(test['accuracy'])} ({report['figures']['rows']} rows)"),
        (
            "right on people's queries",
            f"{percent(people['accuracy'])} ({human['figures']['rows']} queries); {best['name']}: {percent(best['accuracy'])}",
        ),
        ("calibration error (ECE), test / people", f"{percent(test['ece'])} / {percent(people['ece'])}"),
        ("cost of INT8", f"{100 * report['figures']['int8_drop']:.1f} points"),
        ("bundle", f"{speed['size_bytes'] / 1e6:.1f} MB"),
        ("13 tokens, one thread, p50", f"{thirteen['p50_ms']:.1f} ms"),
        ("`import sayso` to a loaded model", f"{speed['load_ms'] / 1000:.2f} s"),
    ]
    rows += [
        (
            f"Home Assistant's templates alone, judged on its test sentences, {row['language']}",
            f"{percent(row['accuracy'])} ({row['sentences']})",
        )
        for row in languages
    ]
    return table(("code-search recipe", ""), rows)


def page(report: dict[str, Any], human: dict[str, Any], speed: dict[str, Any], languages: list[dict[str, Any]]) -> str:
    """The body of docs/performance.md."""
    parts = [
        f"Measured on: {speed['cpu']}, one thread where nothing else is said.",
        "## Quality of the code-search recipe",
        "`test` are rows of templates that the model never saw. `people` are queries written by hand, apart from the "
        "templates; nothing was fitted or chosen on them.",
        table(
            ("", "test", "people"),
            [
                ("rows", report["figures"]["rows"], human["figures"]["rows"]),
                *(
                    (name, *(percent(found["figures"]["intent"][key]) for found in (report, human)))
                    for name, key in (("accuracy", "accuracy"), ("macro-F1", "macro_f1"), ("ECE", "ece"), ("MCE", "mce"))
                ),
                ("95 % interval of accuracy", *(spread(found["figures"]["intent"]) for found in (report, human))),
            ],
        ),
        "Beside simpler models, fitted on the same training rows:",
        table(("", "test", "people"), [(a["name"], percent(a["accuracy"]), percent(b["accuracy"])) for a, b in baselines(report, human)]),
        "Label by label on people's queries (F1):",
        table(
            ("label", "F1", "queries"), [(label, percent(f1), human["figures"]["intent"]["support"][label]) for label, f1 in labels(human)]
        ),
        "## Size and speed",
        table(
            ("", ""),
            [
                ("bundle", f"{speed['size_bytes'] / 1e6:.1f} MB"),
                ("`import sayso` to a loaded model, fresh process", f"{speed['load_ms']:.0f} ms"),
                ("resident memory", "" if speed["resident_bytes"] is None else f"{speed['resident_bytes'] / 1e6:.0f} MB"),
                ("short texts in a list", f"{speed['texts_per_second']:.0f} a second"),
            ],
        ),
        table(
            ("tokens", "p50", "p95", "p99"),
            [(row["tokens"], *(f"{row[key]:.2f} ms" for key in ("p50_ms", "p95_ms", "p99_ms"))) for row in speed["latencies"]],
        ),
        "INT8 schemes tried, on `val`: "
        + ", ".join(f"{one['scheme']} {one['size_mb']} MB, {100 * one['drop']:.2f} points lost" for one in report["quantization"])
        + ".",
        "## Home Assistant's templates alone",
        "`python benchmarks/home_assistant.py --language LANGUAGE`: a model from the templates of an intents folder, judged on the "
        "sentences that people wrote to test these templates. The words for names and rooms come with sayso, not from the tests.",
        table(
            ("language", "intents", "sentences", "accuracy", "95 % interval", "training rows", "minutes"),
            [
                (
                    row["language"],
                    row["intents"],
                    row["sentences"],
                    percent(row["accuracy"]),
                    f"{percent(row['low'])} to {percent(row['high'])}",
                    row["training_rows"],
                    row["minutes"],
                )
                for row in languages
            ],
        ),
    ]
    return "\n\n".join(parts)


def baselines(report: dict[str, Any], human: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each model on test beside itself on people's queries."""
    return list(zip(report["baselines"], human["baselines"], strict=True))


def labels(human: dict[str, Any]) -> list[tuple[str, float]]:
    """Every label with its F1."""
    return [(label, f1) for label, f1 in human["figures"]["intent"]["f1"].items() if label != "min"]


def percent(value: float) -> str:
    """A share as people read it."""
    return f"{100 * value:.1f} %"


def spread(figures: dict[str, Any]) -> str:
    """The interval of an accuracy."""
    return f"{percent(figures['accuracy_low'])} to {percent(figures['accuracy_high'])}"


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) + ("---:",) * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    main()
