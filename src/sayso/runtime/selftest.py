"""A loaded model and its bundle's golden rows -> whether this machine answers them as the machine did that made the bundle."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sayso.errors import BundleError
from sayso.runtime.bundle import Bundle

if TYPE_CHECKING:
    from sayso.runtime.model import Model

GOLDEN = "golden.jsonl"
TOLERANCE = 0.02
EVEN = 0.5


def self_test(model: Model, bundle: Bundle) -> int:
    """Ask the model its golden texts; how many there were, none if the bundle has no such file.

    A BundleError names the first text of which a probability or score differs by more than TOLERANCE: processors round
    INT8 differently, but no more than that. A label may so only change between two that were as good as even.
    """
    rows = _golden_rows(bundle)
    for row, prediction in zip(rows, model.predict([row["text"] for row in rows]), strict=True):
        found = prediction.to_dict()["heads"]
        for head, expected in row.get("heads", {}).items():
            if (difference := difference_of(expected, found.get(head, {}))) > TOLERANCE:
                raise BundleError(
                    f"the model answers {row['text']!r} otherwise than when it was made: head {head!r} is off by {difference:.3f}, "
                    f"and {TOLERANCE} is allowed; build it again on this kind of machine, or update onnxruntime",
                    bundle.path / GOLDEN,
                )
    return len(rows)


def _golden_rows(bundle: Bundle) -> list[dict[str, Any]]:
    """The rows, if checksums.json vouches for them; bundles from before there were any do well without."""
    if GOLDEN not in bundle.checksums or not (bundle.path / GOLDEN).is_file():
        return []
    lines = (bundle.path / GOLDEN).read_text(encoding="utf-8").splitlines()
    return [_row(bundle, number, line) for number, line in enumerate(lines, start=1)]


def _row(bundle: Bundle, number: int, line: str) -> dict[str, Any]:
    try:
        row: dict[str, Any] = json.loads(line)
        if isinstance(row["text"], str):
            return row
    except (ValueError, TypeError, KeyError):
        pass
    raise BundleError("this is no golden row; build the bundle again", bundle.path / GOLDEN, number)


def difference_of(expected: Mapping[str, Any], found: Mapping[str, Any]) -> float:
    """How far the two answers of one head are apart, in the number that differs most."""
    if "spans" in expected:
        return _difference_of_spans(expected["spans"], found["spans"]) if "spans" in found else math.inf
    numbers = _numbers(found)
    return max((abs(numbers.get(name, math.inf) - value) for name, value in _numbers(expected).items()), default=0.0)


def _difference_of_spans(expected: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> float:
    """Where both have a span, how far its two probabilities are apart. Where one has it and the other has not, a token's answer has
    turned: how far from even the least sure one there was.
    """
    differences = [0.0]
    for own, others in ((expected, found), (found, expected)):
        for span in own:
            same = [other for other in others if _place(other) == _place(span)]
            beside = [other["confidence"] for other in others if other["start"] < span["end"] and span["start"] < other["end"]]
            turned = max(0.0, min([span["confidence"], *beside]) - EVEN)
            differences.append(abs(span["confidence"] - same[0]["confidence"]) if same else turned)
    return max(differences)


def _place(span: Mapping[str, Any]) -> tuple[Any, ...]:
    return span["label"], span["start"], span["end"]


def _numbers(head: Mapping[str, Any]) -> dict[str, float]:
    """A head's probabilities by label, or its score."""
    return dict(head.get("scores", {})) or {"value": head.get("value", math.inf)}
