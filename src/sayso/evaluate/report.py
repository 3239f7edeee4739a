"""report.json -> one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sayso.errors import MissingExtra
from sayso.evaluate.charts import histogram_chart, reliability_chart, risk_chart

TEMPLATES = Path(__file__).parent / "templates"


def page(report: Mapping[str, Any]) -> str:
    """The page, with everything in it that it shows; whatever a text holds is shown as text."""
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise MissingExtra("Writing a report", "train") from None
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"percent": lambda value: f"{100 * value:.1f} %", "figure": lambda value: f"{value:.4g}"}
    environment.filters["answer"] = answer_in_words
    details = report.get("details", {})
    heads = [_head(name, report) for name in details]
    main = next(iter(details), None)
    others = [(name, report["figures"][name]) for name in report.get("heads", ()) if name != main]
    rest = [(name, figures) for name, figures in others if name not in details]
    template = environment.get_template("report.html.j2")
    return template.render(report=report, heads=heads, others=others, rest=rest, verdict=verdict(report))


def answer_in_words(answer: Mapping[str, Any]) -> str:
    """A command as one would type it, more or less; a question by its kind."""
    if answer["type"] != "command":
        return f"ask: {str(answer.get('kind', 'unclear')).replace('_', ' ')}{' ' + answer['argument'] if answer.get('argument') else ''}"
    words = [answer.get("command"), answer.get("subcommand"), *(f"{name}={value}" for name, value in (answer.get("args") or {}).items())]
    return " ".join([str(word) for word in words if word] + [f"--{name}" for name in answer.get("flags") or ()])


def verdict(report: Mapping[str, Any]) -> str | None:
    """In a sentence, whether the model is worth shipping at all; None where it is, or where nothing stands beside it."""
    for name in {row["head"]: None for row in report.get("baselines") or ()}:
        rows = [row for row in report["baselines"] if row["head"] == name]
        best = max(rows[1:], key=lambda row: row["accuracy"])
        if best["accuracy"] >= rows[0]["accuracy"]:
            return f"“{best['name']}” is right as often as this model on the head “{name}”: this model is not worth shipping."
    return None


def _head(name: str, report: Mapping[str, Any]) -> dict[str, Any]:
    details = report["details"][name]
    figures = report["figures"][name]
    return {
        "name": name,
        "figures": figures,
        "labels": details["labels"],
        "rows": _rows(details["labels"], details["confusion"]),
        "worst": details["worst"],
        "reliability": reliability_chart(details["reliability"], details["uncalibrated"]),
        "risk": risk_chart(details["risk_coverage"]),
        "histogram": histogram_chart(details["confidence_histogram"]),
    }


def _rows(labels: Sequence[str], confusion: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """The confusion matrix, each cell with its share of the row, which its shade shows."""
    rows: list[dict[str, Any]] = []
    for label, counts in zip(labels, confusion, strict=True):
        total = sum(counts)
        cells = [
            {"count": count, "share": count / total if total else 0.0, "right": labels[at] == label} for at, count in enumerate(counts)
        ]
        rows.append({"label": label, "cells": cells})
    return rows
