"""Files of examples -> Examples, in every dialect that is read, and back. docs/formats.md describes them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from sayso.artifacts import new_file, read_json
from sayso.errors import DataError, UsageError
from sayso.examples.cells import from_cell, to_cell
from sayso.examples.example import Example, RowReader, Value
from sayso.examples.requests import answer_in, labels_of
from sayso.examples.rows import Values, read_rows, write_rows
from sayso.project import Head

Dialect = Literal["sayso", "samples", "label"]
"""One key per head; a JSON document with `metadata` and `samples`; or `text` and `label` alone."""


def read_examples(path: Path, heads: Mapping[str, Head]) -> Iterator[Example]:
    """Every example of a file, in order; a DataError names file and line of the first row that cannot be used."""
    path = Path(path)
    reader = RowReader(dict(heads))
    found = 0
    for values, place, line in _rows(path):
        row = _in_our_words(values, heads, path.suffix == ".csv", place, line)
        if row is not None:
            found += 1
            yield reader.example(row, place, line)
    if not found:
        raise DataError("there are no examples in this file", path)


def heads_of(path: Path) -> dict[str, Head]:
    """One choice head with the labels that a file of `text` and `intent` or `label` has, in alphabetical order."""
    labels: set[str] = set()
    for values, place, line in _rows(Path(path)):
        row = values if isinstance(values, dict) else {}
        label = next((row[key] for key in ("intent", "label") if row.get(key) is not None), None)
        if not isinstance(label, str):
            raise DataError("no label here: expected a key named 'intent' or 'label'", place, line)
        labels.add(label)
    if len(labels) < 2:
        raise DataError(f"a classifier needs at least two labels, found {len(labels)}", path)
    return {"intent": Head.model_validate({"type": "choice", "labels": sorted(labels)})}


def write_examples(path: Path, examples: Iterable[Example], dialect: Dialect = "sayso", metadata: Mapping[str, Any] | None = None) -> int:
    """Write a file of examples whole or not at all, and say how many."""
    path = Path(path)
    if dialect == "samples":
        return _write_samples(path, list(examples), metadata or {})
    rows = (_label_row(example) if dialect == "label" else example.to_row() for example in examples)
    return write_rows(path, ({key: to_cell(value) for key, value in row.items()} for row in rows) if path.suffix == ".csv" else rows)


def write_for_name(path: Path, examples: Iterable[Example], metadata: Mapping[str, Any]) -> int:
    """Write in the dialect that the file's name asks for: `.json` has metadata and samples, the others have plain rows."""
    return write_examples(path, examples, "samples" if path.suffix == ".json" else "sayso", metadata)


def _rows(path: Path) -> Iterator[tuple[Any, Path | str, int | None]]:
    if path.suffix != ".json":
        yield from ((row.values, path, row.line) for row in read_rows(path))
        return
    if not path.is_file():
        raise DataError("this file is missing", path)
    document = read_json(path)
    samples = document.get("samples") if isinstance(document, dict) else document
    if not isinstance(samples, list):
        raise DataError("expected a list of samples, or an object with a list under `samples`", path)
    yield from ((sample, f"{path} (sample {number})", None) for number, sample in enumerate(samples, start=1))


def _in_our_words(values: Any, heads: Mapping[str, Head], is_csv: bool, path: Path | str, line: int | None) -> Values | None:
    """The row with the keys that a RowReader knows, whichever dialect it came in; None for one that is to be passed over."""
    if not isinstance(values, dict):
        return {"text": values} if isinstance(values, str) else values
    row = dict(values)
    if is_csv:
        types = {name: head.type for name, head in heads.items()}
        row = {key: from_cell(key, value, types, path, line) for key, value in row.items() if value != ""}
        row.setdefault("text", "")
    if "text" not in row and "raw_input" in row:
        if row.get("execution_success") in (False, "false", "False", "0"):
            return None
        row |= {"text": row["raw_input"], "group": row.get("group") or row.get("user_id")}
    if "text" not in row and "instruction" in row:
        answer = answer_in(row.get("output"), path, line)
        row |= {"text": row["instruction"], "output": answer} | labels_of(answer, str(row["instruction"]), heads)
    main = next((name for name, head in heads.items() if head.type == "choice"), None)
    if main and row.get(main) is None:
        row[main] = next((row[key] for key in ("label", "intent", "command") if row.get(key) is not None), None)
    for name, head in heads.items():
        if head.type == "choice" and isinstance(row.get(name), str):
            row[name] = head.label_named(row[name])
    return row


def _label_row(example: Example) -> Values:
    label = next((value for value in example.labels.values() if isinstance(value, str)), None)
    if label is None:
        raise UsageError("the dialect `label` holds one label a text; these examples have none")
    return {"text": example.text, "label": label}


def _write_samples(path: Path, examples: list[Example], metadata: Mapping[str, Any]) -> int:
    """A JSON document with one sample a line, so that a difference between two of them can be read."""
    counts: Counter[Value] = Counter(next(iter(example.labels.values())) for example in examples)
    head = {"total_samples": len(examples), "per_intent": {str(label): count for label, count in sorted(counts.items())}, **metadata}
    with new_file(path) as part, open(part, "w", encoding="utf-8", newline="\n") as stream:
        stream.write('{"metadata": ' + json.dumps(head, ensure_ascii=False) + ',\n"samples": [\n')
        stream.write(",\n".join(json.dumps(example.to_row(), ensure_ascii=False) for example in examples))
        stream.write("\n]}\n")
    return len(examples)
