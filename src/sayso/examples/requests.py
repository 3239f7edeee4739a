"""An answered request (`instruction`, `context`, `output`) -> what the heads of a command model learn from it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from sayso.clischema.heads import COMMAND, FLAGS, IS_COMMAND, KIND, NO_COMMAND, SLOTS
from sayso.errors import DataError
from sayso.project import Head

MISSING = "missing_argument"
OUTSIDE = ("off_topic", "unclear")


def answer_in(output: Any, path: Path | str, line: int | None) -> dict[str, Any]:
    """`output` of a row: a command or a clarification, as JSON text or as an object."""
    try:
        answer = json.loads(output) if isinstance(output, str) else output
    except json.JSONDecodeError as error:
        raise DataError(f"`output` is not valid JSON: {error.msg}", path, line) from None
    if not isinstance(answer, dict) or answer.get("type") not in ("command", "clarification"):
        raise DataError("`output` must be a command or a clarification, with a `type`", path, line)
    return answer


def labels_of(answer: Mapping[str, Any], text: str, heads: Mapping[str, Head]) -> dict[str, Any]:
    """The labels of the heads that the answer tells anything of. Where not every value is found in the text, the slots are not known."""
    if KIND not in heads:
        return {COMMAND: answer.get("command") or answer["type"]}
    found: dict[str, Any] = {}
    asked = answer["type"] == "clarification"
    kind = str(answer.get("kind") or "unclear") if asked else IS_COMMAND
    found[KIND] = IS_COMMAND if kind == MISSING else kind
    command = " ".join(str(answer[key]) for key in ("command", "subcommand") if answer.get(key))
    if command:
        found[COMMAND] = command
    elif kind in OUTSIDE:
        found[COMMAND] = NO_COMMAND
    if FLAGS in heads and not asked:
        found[FLAGS] = list(answer.get("flags") or ())
    if SLOTS in heads:
        marks = None if kind == MISSING else _marks(answer.get("args") or {}, text)
        found |= {} if marks is None else {SLOTS: marks}
    return found


def _marks(args: Mapping[str, Any], text: str) -> list[dict[str, Any]] | None:
    """Where the values are said; None where one is not, or is said twice."""
    found: list[dict[str, Any]] = []
    for name, value in args.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            places = list(re.finditer(rf"(?<!\w){re.escape(str(one))}(?!\w)", text, re.IGNORECASE))
            if len(places) != 1:
                return None
            found.append({"label": name, "start": places[0].start(), "end": places[0].end()})
    found.sort(key=lambda mark: mark["start"])
    overlap = any(one["end"] > other["start"] for one, other in pairwise(found))
    return None if overlap else found
