"""A model and a file of texts -> the same file with the model's answers beside each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from sayso.artifacts import Progress, no_progress
from sayso.errors import DataError, UsageError, nearest
from sayso.examples.rows import BATCH, Row, Values, count_rows, read_rows, write_rows
from sayso.runtime.prediction import ChoiceResult, Prediction, SpansResult, TagsResult
from sayso.runtime.predictor import Predictor


def predict_file(
    model: Predictor, source: Path, out: Path, *, text_key: str = "text", prefix: str = "", top: int = 0, progress: Progress = no_progress
) -> int:
    """Write `out` with every row of `source` in its order, its own columns first and then the answers; says how many rows.

    `prefix` goes before the names of the added columns; with `top`, the most likely labels come along as `scores`.
    """
    rows = read_rows(source)
    answered = _answered(model, rows, source, text_key, prefix, top)
    return write_rows(out, _watched(answered, count_rows(source), progress), like=source)


def text_of(row: Row, source: Path, text_key: str) -> str:
    """The row's text, or a DataError that says what is there instead."""
    if text_key not in row.values:
        hint = nearest(text_key, row.values)
        raise DataError(f"there is no {text_key!r} in this row{hint}; say where the text is with --text-key", source, row.line)
    text = row.values[text_key]
    if not isinstance(text, str):
        raise DataError(f"{text_key!r} must be text, found {text!r:.60}", source, row.line)
    return text


def answer_columns(prediction: Prediction, *, prefix: str = "", top: int = 0) -> Values:
    """A prediction as flat columns: the main head's first, then those of every other head under its name."""
    columns: Values = {}
    if prediction.label is not None:
        columns = {
            "label": prediction.label,
            "confidence": prediction.confidence,
            "action": prediction.action,
            "out_of_scope": prediction.out_of_scope,
        }
    if top:
        columns["scores"] = dict(islice(prediction.scores.items(), top))
    main = next((name for name, head in prediction.heads.items() if isinstance(head, ChoiceResult)), None)
    for name, head in prediction.heads.items():
        if name == main:
            continue
        if isinstance(head, ChoiceResult):
            columns |= {f"{name}_label": head.label, f"{name}_confidence": head.confidence}
        elif isinstance(head, TagsResult):
            columns[f"{name}_labels"] = list(head.labels)
        elif isinstance(head, SpansResult):
            columns[f"{name}_spans"] = [asdict(span) for span in head.spans]
        else:
            columns[f"{name}_value"] = head.value
    return {prefix + name: value for name, value in columns.items()}


def _answered(model: Predictor, rows: Iterator[Row], source: Path, text_key: str, prefix: str, top: int) -> Iterator[Values]:
    while batch := list(islice(rows, BATCH)):
        predictions = model.predict([text_of(row, source, text_key) for row in batch])
        for row, prediction in zip(batch, predictions, strict=True):
            added = answer_columns(prediction, prefix=prefix, top=top)
            if taken := row.values.keys() & added.keys():
                raise UsageError(
                    f"{source} has a column {min(taken)!r} already; tell the new ones apart with --prefix, as in --prefix model_"
                )
            yield row.values | added


def _watched(rows: Iterable[Values], total: int, progress: Progress) -> Iterator[Any]:
    for number, row in enumerate(rows):
        if number % BATCH == 0:
            progress("predicting", number, max(total, number))
        yield row
