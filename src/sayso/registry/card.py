"""A bundle's manifest -> its model card: what it answers, what that is worth, where it is from, how to load it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sayso.registry.versions import id_of
from sayso.runtime.bundle import Bundle

CARD = "README.md"
FIGURES = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "micro_f1": "micro-F1",
    "ece": "ECE",
    "mae": "MAE",
    "spearman": "Spearman",
}


def model_card(bundle: Bundle, repo: str) -> str:
    """The page that the hub shows of a repository."""
    name = str(bundle.spec["name"])
    description = str(bundle.manifest.get("description") or "What a text means, answered by a small model on your own machine.")
    lines = [*_front_matter(bundle), "", f"# {name}", "", description, "", "## What it answers", "", *_heads(bundle)]
    if figures := list(_figures(bundle)):
        lines += ["", "## What that is worth", "", "On rows that nothing was trained, chosen or calibrated on.", "", *figures]
    if sources := list(_sources(bundle.manifest.get("provenance", {}))):
        lines += ["", "## Where it is from", "", *sources]
    lines += ["", "## How to load it", "", *_loading(name, id_of(bundle), repo)]
    return "\n".join(lines) + "\n"


def _front_matter(bundle: Bundle) -> Iterator[str]:
    """What the hub reads: YAML, of which JSON is a part."""
    yield "---"
    yield "library_name: sayso"
    yield "pipeline_tag: text-classification"
    yield "tags: [sayso, onnx, intent-classification]"
    if languages := bundle.spec.get("languages"):
        yield f"language: {json.dumps(languages)}"
    yield "---"


def _heads(bundle: Bundle) -> Iterator[str]:
    yield "| head | answers with | |"
    yield "|---|---|---|"
    kinds = {"choice": "one of", "tags": "any of", "score": "a number from 0 to 1", "spans": "pieces of the text that are"}
    for name, head in bundle.spec["heads"].items():
        yield f"| `{name}` | {kinds[head['type']]} | {', '.join(f'`{_cell(label)}`' for label in head.get('labels', ()))} |"


def _figures(bundle: Bundle) -> Iterator[str]:
    told = bundle.manifest.get("metrics", {})
    heads = {name: told[name] for name in bundle.spec["heads"] if name in told}
    columns = [key for key in FIGURES if any(key in figures for figures in heads.values())]
    if not columns:
        return
    yield f"| head | {' | '.join(FIGURES[key] for key in columns)} |"
    yield f"|---|{'---:|' * len(columns)}"
    for name, figures in heads.items():
        yield f"| `{name}` | {' | '.join(f'{figures[key]:.3f}' if key in figures else '' for key in columns)} |"


def _sources(provenance: Mapping[str, Any]) -> Iterator[str]:
    data = provenance.get("data") or {}
    chosen = [tried["scheme"] for tried in provenance.get("quantization") or () if tried.get("chosen")]
    facts = {
        "base model": provenance.get("base"),
        "sha256 of its weights": provenance.get("base_sha256"),
        "parameters": provenance.get("parameters"),
        "rows": ", ".join(f"{count} {split}" for split, count in data.get("rows", {}).items()),
        "digest of the data": data.get("digest"),
        "INT8": ", ".join(chosen),
        "commit of the project": provenance.get("commit"),
        "made": provenance.get("created"),
        "by": f"sayso {provenance['sayso']}" if "sayso" in provenance else None,
    }
    if not any(facts.values()):
        return
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {what} | {_cell(value)} |" for what, value in facts.items() if value)


def _loading(name: str, version: str, repo: str) -> Iterator[str]:
    yield from ("```sh", "pip install 'sayso[train]'", f"sayso pull {repo}", f"sayso promote {name}@{version}", "```", "")
    yield from ("```python", "import sayso", "", f'model = sayso.load("registry:{name}@production")', 'model.predict("…").label', "```")


def _cell(value: object) -> str:
    """Text that cannot break out of its cell."""
    return " ".join(str(value).split()).replace("|", "\\|").replace("`", "'")
