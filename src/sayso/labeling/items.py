"""A file of texts, perhaps with what a model says of them -> Items, which wait for a person to label them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sayso.artifacts import Progress, digest_of, no_progress, read_json
from sayso.errors import DataError
from sayso.examples.cells import from_cell
from sayso.examples.example import FIELDS
from sayso.examples.rows import BATCH, Values, read_rows
from sayso.labeling.labels import Answer, HeadLabels, LabelSets, UnknownLabel
from sayso.runtime.predictor import Predictor

Guess = dict[str, float] | list[str] | float
"""What a model says of one head: how likely each label is, the labels, or a number."""


@dataclass(frozen=True, slots=True)
class Item:
    """A text: what the file knows of it already, what a model says of each head, and how often it came."""

    key: str
    text: str
    known: Answer
    guesses: Mapping[str, Guess]
    seen: int
    other: Values

    def scores(self, head: str | None) -> dict[str, float]:
        """How likely a model holds each label of a choice head; empty if none was asked."""
        guess = self.guesses.get(head or "")
        return guess if isinstance(guess, dict) else {}


def read_items(path: Path, sets: LabelSets, redacted: Callable[[str], str] = str) -> list[Item]:
    """The texts of a file, each once, in the order in which they came; blank ones are passed over.

    The file is JSONL, CSV, Parquet, one text a line, or what `sayso predict --json` prints.
    """
    items: dict[str, Item] = {}
    for values, place, line in _rows(path, sets):
        text = values.get("text")
        if not isinstance(text, str):
            raise DataError("the key `text` is missing" if text is None else f"`text` must be text, found {text!r:.60}", place, line)
        text = redacted(text.replace("\0", " "))
        if not text.strip():
            continue
        item = _item(text, values, sets, place, line)
        before = items.get(item.key)
        items[item.key] = item if before is None else replace(before, seen=before.seen + item.seen, known=item.known | before.known)
    return list(items.values())


def ask(model: Predictor, items: Sequence[Item], sets: LabelSets, progress: Progress = no_progress) -> list[Item]:
    """The items with what the model says of those of which nobody has said anything yet."""
    asked: dict[str, Item] = {}
    unknown = [item for item in items if not item.guesses]
    for start in range(0, len(unknown), BATCH):
        progress("asking the model", start, len(unknown))
        batch = unknown[start : start + BATCH]
        for item, prediction in zip(batch, model.predict([item.text for item in batch]), strict=True):
            asked[item.key] = replace(item, guesses=_guesses(prediction.to_dict()["heads"], sets))
    return [asked.get(item.key, item) for item in items]


def _rows(path: Path, sets: LabelSets) -> Iterator[tuple[Values, Path | str, int | None]]:
    if path.suffix == ".json":
        document = read_json(path)
        rows = document.get("predictions") if isinstance(document, dict) else document
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise DataError("expected a list of rows, or what `sayso predict --json` prints", path)
        yield from ((row, f"{path} (row {number})", None) for number, row in enumerate(rows, start=1))
        return
    types = {name: head.type for name, head in sets.heads.items()} if path.suffix == ".csv" else None
    for row in read_rows(path):
        values = row.values
        if types is not None:
            values = {key: from_cell(key, cell, types, path, row.line) for key, cell in values.items() if cell != ""}
            values.setdefault("text", "")
        yield values, path, row.line


def _item(text: str, values: Values, sets: LabelSets, place: Path | str, line: int | None) -> Item:
    known = {name: values[name] for name in sets.heads if values.get(name) is not None}
    try:
        known = sets.answer(known) if known else {}
    except UnknownLabel as error:
        raise UnknownLabel(str(error), place, line) from None
    guesses = _guesses({name: _told_of(name, values, sets) for name in sets.heads}, sets)
    other = {name: values[name] for name in FIELDS if values.get(name) is not None}
    return Item(digest_of(text)[:24], text, known, guesses, max(1, int(_number(values.get("seen")) or 1)), other)


def _told_of(name: str, values: Values, sets: LabelSets) -> Values:
    """What `sayso predict` wrote of a head: under `heads` with --json, in columns without."""
    heads = _parsed(values.get("heads"))
    if isinstance(heads, dict) and isinstance(heads.get(name), dict):
        return dict(heads[name])
    prefix = "" if name == sets.main else f"{name}_"
    return {key: _parsed(values.get(prefix + key)) for key in ("label", "confidence", "scores", "labels", "value")}


def _guesses(told: Mapping[str, Values], sets: LabelSets) -> dict[str, Guess]:
    guesses = {name: _guess(head, told[name]) for name, head in sets.heads.items() if name in told}
    return {name: guess for name, guess in guesses.items() if guess is not None}


def _guess(head: HeadLabels, told: Values) -> Guess | None:
    """What the project can make of it; a model may have been made before the labels changed."""
    if head.type == "score":
        return _number(told.get("value"))
    if head.type == "tags":
        labels = told.get("labels")
        return [label for label in head.labels if label in labels] if isinstance(labels, list | tuple) else None
    scores = told.get("scores") or _spread(told, head.labels)
    if not isinstance(scores, dict):
        return None
    fit = {label: number for label in head.labels if (number := _number(scores.get(label))) is not None}
    return dict(sorted(fit.items(), key=lambda entry: -entry[1])) or None


def _spread(told: Values, labels: Sequence[str]) -> dict[str, float]:
    """A label and how sure the model is of it, the rest shared by the others."""
    label, confidence = told.get("label"), _number(told.get("confidence"))
    if label not in labels or confidence is None or confidence > 1:
        return {}
    return {each: confidence if each == label else (1 - confidence) / (len(labels) - 1) for each in labels}


def _parsed(value: Any) -> Any:
    """A value that a CSV cell holds as JSON."""
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _number(value: Any) -> float | None:
    """A share or count, as a number or as a cell has it; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < float("inf") else None
