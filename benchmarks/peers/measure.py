"""The rounds: every contestant has its turn in each, so that whatever else the machine does hits all of them.

A ratio is the median, over the rounds, of what a contestant took to what sayso took in the same round.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import compress
from statistics import fmean, median
from typing import Any

from contestants import SAYSO
from process import Field, Stopped
from texts import Texts

WARM, TIMED = 2, 8
"""Calls of a turn that are not counted, and those that are."""
PARTS, STARTS = 5, 5
"""The list is given in so many parts, a round each; so many cold starts count."""

Found = dict[str, dict[str, Any]]


def measure(field: Field, texts: Texts) -> Found:
    """Everything about everybody: `cold`, `single` by the number of tokens, and `list`; or why it is not measured."""
    found: Found = {key: {"title": contestant.title} for key, contestant in field.contestants.items()}
    tell("starting everybody")
    for key, figures in cold(field, texts.first).items():
        found[key]["cold"] = figures
    for tokens, some in texts.by_tokens.items():
        tell(f"{tokens} tokens")
        for key, figures in single(field, some).items():
            found[key].setdefault("single", {})[tokens] = figures
    tell(f"a list of {len(texts.listed)} texts")
    for key, figures in lists(field, texts).items():
        found[key]["list"] = figures
    for key, reason in field.reasons.items():
        found[key] = {"title": found[key]["title"], "not_measured": reason}
    return found


def cold(field: Field, texts: Sequence[str]) -> Found:
    """Seconds from the start of a process to its first answer, and its memory after all the texts; a first round does not count."""
    seconds: dict[str, list[float]] = defaultdict(list)
    after: Found = {}
    for turn in range(STARTS + 1):
        for key in field.turns("cold", turn):
            try:
                taken, after[key] = start(field, key, texts)
            except Stopped as stopped:
                field.leave_out(key, stopped)
                continue
            seconds[key] += [taken] if turn else []
    return {key: {"seconds": median(found), "ratio": ratio(found, seconds[SAYSO]), **after[key]} for key, found in field.still(seconds)}


def start(field: Field, key: str, texts: Sequence[str]) -> tuple[float, dict[str, Any]]:
    """From a process's start until its answer is here; a browser's page tells how long it took itself."""
    process = field.start(key)
    first = process.ask("single", text=texts[0], calls=1)
    taken = first.get("seconds_since_start") or time.perf_counter() - process.started
    after = process.ask("memory", texts=texts[1:])
    process.close()
    return taken, after


def single(field: Field, texts: Sequence[str]) -> Found:
    """Milliseconds for one text; a round for each text."""
    calls: dict[str, list[list[float]]] = defaultdict(list)
    for turn, text in enumerate(texts):
        for key in field.turns("single", turn):
            if answer := field.ask(key, "single", text=text, calls=WARM + TIMED):
                calls[key].append(answer["ms"][WARM:])
    rounds = {key: [median(turn) for turn in turns] for key, turns in calls.items()}
    return {key: {"ms": median(found), "ratio": ratio(found, rounds[SAYSO])} for key, found in field.still(rounds)}


def lists(field: Field, texts: Texts) -> Found:
    """Seconds for the whole list; how many labels are sayso's, of all and of the unseen texts, and how many of the unseen are right."""
    size = -(-len(texts.listed) // PARTS)
    seconds: dict[str, list[float]] = defaultdict(list)
    labels: dict[str, list[str]] = defaultdict(list)
    for turn in range(PARTS):
        part = texts.listed[turn * size : (turn + 1) * size]
        for key in field.turns("list", turn):
            if answer := field.ask(key, "list", texts=part):
                seconds[key].append(answer["seconds"])
                labels[key] += answer["labels"]
    return {
        key: {
            "seconds": sum(found),
            "ratio": ratio(found, seconds[SAYSO]),
            "same_label": share(labels[key], labels[SAYSO]),
            "same_label_unseen": share(labels[key], labels[SAYSO], texts.unseen),
            "right_unseen": share(labels[key], texts.labels, texts.unseen),
        }
        for key, found in field.still(seconds)
    }


def ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """How many times as long they took, round by round."""
    return median(one / other for one, other in zip(theirs, ours, strict=True))


def share(labels: Sequence[str], others: Sequence[str], counted: Iterable[bool] | None = None) -> float:
    """How many labels are equal, of all or of those that count."""
    equal = [a == b for a, b in zip(labels, others, strict=True)]
    return fmean(equal if counted is None else compress(equal, counted))


def tell(doing: str) -> None:
    """What is under way."""
    print(doing, file=sys.stderr, flush=True)
