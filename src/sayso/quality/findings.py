"""Findings: what is wrong with examples, how badly, and what to do about it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sayso.examples import Example, group_of, near_duplicates, normal_form
from sayso.project import Check, Head
from sayso.runtime.spans import Mark

SHOWN = 5
HELD_OUT = ("calib", "test")
FEW_GROUPS = 3
MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf]|â€|\ufffd")
CONTROL = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]")

Splits = Mapping[str, Sequence[Example]]


@dataclass(frozen=True)
class Finding:
    """One kind of fault: an error stops a build, a warning does not."""

    severity: Literal["error", "warning"]
    kind: str
    count: int
    message: str
    examples: tuple[str, ...] = ()


def findings_of(splits: Splits, heads: Mapping[str, Head], limits: Check) -> list[Finding]:
    """Everything that is wrong with the examples, errors first."""
    places = {id(row): f"{name}.jsonl:{line}" for name, rows in splits.items() for line, row in enumerate(rows, start=1)}
    found = [
        *_label_counts(splits, heads, limits),
        *_few_groups(splits, heads),
        *_conflicts(splits, heads, places),
        *_exact_duplicates(splits, places),
        *_near_leaks(splits, limits, places),
        *_shared_groups(splits),
        *_encoding_faults(splits, places),
    ]
    return sorted(found, key=lambda finding: finding.severity != "error")


def label_counts(splits: Splits, name: str, head: Head) -> dict[str, dict[str, int]]:
    """How many rows of each split have each label of a head; labels that no row has are there with zeros."""
    counts = {label: dict.fromkeys(splits, 0) for label in head.labels}
    for split, rows in splits.items():
        for row in rows:
            value = row.labels.get(name, ())
            for label in (value,) if isinstance(value, str) else _labels_in(value) if isinstance(value, tuple) else ():
                counts[label][split] += 1
    return counts


def _labels_in(value: tuple[Mark, ...] | tuple[str, ...]) -> set[str]:
    return {one.label if isinstance(one, Mark) else one for one in value}


def _label_counts(splits: Splits, heads: Mapping[str, Head], limits: Check) -> Iterator[Finding]:
    for name, head in heads.items():
        if head.type == "score":
            continue
        counts = label_counts(splits, name, head)
        totals = {label: sum(own.values()) for label, own in counts.items()}
        few = {label: total for label, total in totals.items() if total < limits.min_per_label}
        if few:
            told = ", ".join(f"{label} ({total})" for label, total in sorted(few.items(), key=lambda item: item[1])[:SHOWN])
            message = (
                f"labels of {name!r} with fewer than {limits.min_per_label} examples: {told}; add examples, or lower check.min_per_label"
            )
            yield Finding("error", "too few", len(few), message)
        absent = [f"{label} in {split}" for label, own in counts.items() for split, n in own.items() if not n and totals[label]]
        if absent and len(splits) > 1:
            yield Finding(
                "error", "absent from a split", len(absent), f"no row of {', '.join(absent[:SHOWN])}; the label needs more groups"
            )
        if head.type == "choice" and sum(1 for total in totals.values() if total) < 2:
            yield Finding("error", "one label only", 1, f"all examples of {name!r} have the same label; there is nothing to tell apart")
        largest, smallest = max(totals.values()), min(totals.values())
        if head.type != "spans" and smallest and largest > limits.max_imbalance * smallest:
            message = f"the largest label of {name!r} has {largest / smallest:.1f} times the examples of the smallest; even them out"
            yield Finding("warning", "imbalance", 1, message)


def _few_groups(splits: Splits, heads: Mapping[str, Head]) -> Iterator[Finding]:
    """Labels whose held-out rows were made from so few things that a figure says little."""
    for name, head in heads.items():
        groups: dict[tuple[str, str], set[str]] = defaultdict(set)
        for split in (split for split in splits if split in HELD_OUT and head.type == "choice"):
            for row in splits[split]:
                if name in row.labels:
                    groups[split, str(row.labels[name])].add(group_of(row))
        few = [f"{label} in {split} ({len(own)})" for (split, label), own in groups.items() if len(own) < FEW_GROUPS]
        if few:
            message = (
                f"labels of {name!r} with rows of fewer than {FEW_GROUPS} templates (or users, or texts of their own) held out, so that "
                f"figures and confidence on them say little: {', '.join(few[:SHOWN])}; write more templates"
            )
            yield Finding("warning", "few groups", len(few), message)


def _conflicts(splits: Splits, heads: Mapping[str, Head], places: Mapping[int, str]) -> Iterator[Finding]:
    """The same text with different labels."""
    for name, head in heads.items():
        if head.type != "choice":
            continue
        by_form: dict[str, dict[str, Example]] = defaultdict(dict)
        for row in _all(splits):
            if name in row.labels:
                by_form[normal_form(row.text)].setdefault(str(row.labels[name]), row)
        clashes = [list(rows.values()) for rows in by_form.values() if len(rows) > 1]
        if clashes:
            shown = tuple(
                " and ".join(f"{row.labels[name]} ({places[id(row)]}, {row.group or 'no group'})" for row in rows)
                + f": {rows[0].text!r:.60}"
                for rows in clashes[:SHOWN]
            )
            message = f"texts that have several labels of {name!r}; decide for one, or change the templates that give them"
            yield Finding("error", "conflict", len(clashes), message, shown)


def _exact_duplicates(splits: Splits, places: Mapping[int, str]) -> Iterator[Finding]:
    """Texts that are there twice: within a split a waste, across splits a leak."""
    first: dict[str, tuple[str, Example]] = {}
    within: list[str] = []
    across: list[str] = []
    for split, rows in splits.items():
        for row in rows:
            form = normal_form(row.text)
            if form in first:
                other_split, other = first[form]
                told = f"{places[id(row)]} and {places[id(other)]}: {row.text!r:.60}"
                (within if other_split == split else across).append(told)
            else:
                first[form] = (split, row)
    if across:
        message = "texts that are in two splits, so a figure would be better than the model; give the rows the same group, or take one out"
        yield Finding("error", "leak", len(across), message, tuple(across[:SHOWN]))
    if within:
        yield Finding("warning", "duplicate", len(within), "texts that are there twice within a split", tuple(within[:SHOWN]))


def _near_leaks(splits: Splits, limits: Check, places: Mapping[int, str]) -> Iterator[Finding]:
    """Held-out rows that are nearly training rows."""
    train = list(splits.get("train", ()))
    forms = {normal_form(row.text) for row in train}
    for split, rows in splits.items():
        held_out = [row for row in rows if normal_form(row.text) not in forms]
        if split == "train" or not held_out or not train:
            continue
        pairs = near_duplicates([row.text for row in held_out], [row.text for row in train], limits.near_duplicate_similarity)
        nearest = {i: j for i, j, _ in pairs}
        if not nearest:
            continue
        share = len(nearest) / len(rows)
        shown = tuple(
            f"{places[id(held_out[i])]} {held_out[i].text!r:.50} is nearly {places[id(train[j])]} {train[j].text!r:.50}"
            for i, j in list(nearest.items())[:SHOWN]
        )
        message = (
            f"{100 * share:.1f} % of the rows of {split} are nearly rows of train (at most {100 * limits.max_near_leaks:g} % are allowed)"
        )
        yield Finding("error" if share > limits.max_near_leaks else "warning", "near leak", len(nearest), message, shown)


def _shared_groups(splits: Splits) -> Iterator[Finding]:
    where: dict[str, set[str]] = defaultdict(set)
    for split, rows in splits.items():
        for row in rows:
            where[group_of(row)].add(split)
    shared = sorted(group for group, names in where.items() if len(names) > 1)
    if shared:
        message = "groups whose rows are in several splits; what was made from the same thing belongs in one"
        yield Finding("error", "shared group", len(shared), message, tuple(shared[:SHOWN]))


def _encoding_faults(splits: Splits, places: Mapping[int, str]) -> Iterator[Finding]:
    """Text that was read in the wrong encoding, or holds characters that nobody types."""
    kinds = (("wrong encoding", MOJIBAKE, "save the source as UTF-8 and read it again"), ("control character", CONTROL, "take them out"))
    for kind, pattern, mend in kinds:
        rows = [row for row in _all(splits) if pattern.search(row.text)]
        if rows:
            shown = tuple(f"{places[id(row)]}: {row.text!r:.60}" for row in rows[:SHOWN])
            yield Finding("error", kind, len(rows), f"texts with a {kind}; {mend}", shown)


def _all(splits: Splits) -> Iterator[Example]:
    for rows in splits.values():
        yield from rows


def sources_of(splits: Splits) -> dict[str, int]:
    """How many rows come from where."""
    return dict(Counter((row.source or "unknown") for row in _all(splits)).most_common())
