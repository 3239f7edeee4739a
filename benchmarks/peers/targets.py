"""What was measured -> the targets: what is wanted, what was found, and whether that is enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contestants import BATCHED, PADDED, PIPELINE, SAYSO

Measured = Mapping[str, Mapping[str, Any]]


def targets(measured: Measured) -> list[dict[str, Any]]:
    """Every target; `found` is None where something that it takes was not measured."""
    pipeline = [one["ratio"] for one in measured[PIPELINE].get("single", {}).values()]
    lists = [measured[key]["list"]["ratio"] for key in (PIPELINE, BATCHED) if "list" in measured[key]]
    return [
        at_least(3.0, at_13_tokens(measured, PIPELINE), "times as fast as transformers' pipeline, 13 tokens"),
        at_least(3.0, min(pipeline, default=None), "times as fast as transformers' pipeline, at the length where it is least"),
        at_least(2.5, at_13_tokens(measured, PADDED), "times as fast as the original's way, 13 tokens"),
        below(1.0, measured[SAYSO]["cold"]["seconds"], "seconds from the start of Python to the first answer"),
        at_least(3.0, min(lists, default=None), "times as fast as transformers' pipeline on a list, batched or not (the faster)"),
    ]


def at_13_tokens(measured: Measured, key: str) -> float | None:
    """How many times as long a contestant takes for one text of 13 tokens."""
    found: float | None = measured[key].get("single", {}).get("13", {}).get("ratio")
    return found


def at_least(wanted: float, found: float | None, what: str) -> dict[str, Any]:
    """A target for what should be large."""
    return {"what": what, "at_least": wanted, "found": found, "met": found is not None and found >= wanted}


def below(wanted: float, found: float | None, what: str) -> dict[str, Any]:
    """A target for what should be small."""
    return {"what": what, "below": wanted, "found": found, "met": found is not None and found < wanted}
