"""Examples -> train, val, calib, test: by group, so that what a figure is reported on was never used to fit anything."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from sayso.artifacts import Artifact
from sayso.errors import DataError
from sayso.examples.duplicates import normal_form
from sayso.examples.example import Example
from sayso.examples.files import read_examples, write_examples
from sayso.project import SPLITS, Head, Splits

Groups = dict[str, list[Example]]


def split_by_group(examples: Sequence[Example], shares: Splits, seed: int, head: str | None) -> dict[str, list[Example]]:
    """Give every group to one split, so that each label's rows are shared out as asked.

    Rows without a group are grouped by their text. A label with at least four groups has one in every split.
    The result depends on the rows and the seed, not on their order.
    """
    if shares.by == "time":
        return _split_by_time(examples, shares)
    splits: dict[str, list[Example]] = {name: [] for name in SPLITS}
    for groups in _groups_by_label(examples, head).values():
        for name, chosen in _share_out(groups, shares, seed).items():
            splits[name] += [example for group in chosen for example in groups[group]]
    position = {id(example): index for index, example in enumerate(examples)}
    return {name: sorted(rows, key=lambda row: position[id(row)]) for name, rows in splits.items()}


def _split_by_time(examples: Sequence[Example], shares: Splits) -> dict[str, list[Example]]:
    """The groups in the order in which each was last active: the earliest train, the latest are judged on."""
    last: dict[str, str] = {}
    for example in examples:
        when = (example.context or {}).get("timestamp")
        if when is None:
            raise DataError(f"`splits: {{by: time}}` needs a `timestamp` in every row, and there is none with {example.text!r:.60}")
        last[group_of(example)] = max(last.get(group_of(example), ""), str(when))
    rows: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        rows[group_of(example)].append(example)
    splits: dict[str, list[Example]] = {name: [] for name in SPLITS}
    ends = list(accumulate(getattr(shares, name) * len(examples) for name in SPLITS))
    given = 0
    for group in sorted(last, key=lambda name: (last[name], name)):
        middle = given + len(rows[group]) / 2
        splits[next(name for name, end in zip(SPLITS, ends, strict=True) if middle < end or name == SPLITS[-1])] += rows[group]
        given += len(rows[group])
    return splits


def read_split(artifact: Artifact, name: str, heads: Mapping[str, Head]) -> list[Example]:
    """One split of an examples artifact; empty if it has no rows."""
    path = artifact.path / f"{name}.jsonl"
    return list(read_examples(path, heads)) if path.stat().st_size else []


def write_splits(folder: Path, splits: Mapping[str, Sequence[Example]]) -> dict[str, int]:
    """Write one file a split, and say how many rows each has."""
    return {name: write_examples(folder / f"{name}.jsonl", rows) for name, rows in splits.items()}


def group_of(example: Example) -> str:
    """What the row was made from; its own text if nothing is said."""
    return example.group or "text:" + normal_form(example.text)


def _groups_by_label(examples: Sequence[Example], head: str | None) -> dict[str, Groups]:
    """The groups of each label; a group with several labels counts as its first row's."""
    label_of: dict[str, str] = {}
    by_label: dict[str, Groups] = defaultdict(lambda: defaultdict(list))
    for example in examples:
        group = group_of(example)
        label = label_of.setdefault(group, str(example.labels.get(head, "")) if head else "")
        by_label[label][group].append(example)
    return by_label


def _share_out(groups: Groups, shares: Splits, seed: int) -> dict[str, list[str]]:
    """Largest groups first, each to the split that lacks most of its share."""
    order = sorted(groups, key=lambda name: (-len(groups[name]), _number(seed, name)))
    wanted = {name: getattr(shares, name) for name in SPLITS}
    total = sum(len(rows) for rows in groups.values())
    chosen: dict[str, list[str]] = {name: [] for name in SPLITS}
    rows_in = dict.fromkeys(SPLITS, 0)
    empty = list(SPLITS) if len(groups) >= len(SPLITS) else []
    for left, group in zip(range(len(order), 0, -1), _spread(order, groups, seed), strict=True):
        candidates = empty if empty and left <= len(empty) else SPLITS
        split = max(candidates, key=lambda name: (wanted[name] * total - rows_in[name]) / wanted[name] ** 0.5)
        chosen[split].append(group)
        rows_in[split] += len(groups[group])
        empty = [name for name in empty if name != split]
    return chosen


def _spread(order: list[str], groups: Groups, seed: int) -> list[str]:
    """Groups larger than the average first, where they fit; the others in an order that only the seed knows."""
    average = sum(len(rows) for rows in groups.values()) / len(groups)
    large = [name for name in order if len(groups[name]) > 2 * average]
    return large + sorted((name for name in order if len(groups[name]) <= 2 * average), key=lambda name: _number(seed, name))


def _number(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode("utf-8", "surrogatepass")).hexdigest()
