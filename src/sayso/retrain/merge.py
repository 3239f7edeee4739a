"""The project's own rows and Labels -> the rows of a retraining: labels train, choose and calibrate, and the test set is the frozen one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sayso.examples import Example, group_of, near_duplicates, normal_form, split_by_group
from sayso.project import Project
from sayso.retrain.frozen import Frozen
from sayso.retrain.labels import Labels, differ, is_label

Splits = dict[str, list[Example]]
HELD_OUT = ("val", "calib")


@dataclass(frozen=True)
class Merged:
    """The rows of a retraining, and what became of those that are not in it."""

    splits: Splits
    frozen_labels: int
    frozen_rows: int
    replaced: int
    overruled: int

    def labels(self, head: str) -> Counter[str]:
        """How many rows that people labelled each label has, outside the test set."""
        return self._count(head, people=True)

    def own(self, head: str) -> Counter[str]:
        """The same of the project's own rows."""
        return self._count(head, people=False)

    def to_dict(self) -> dict[str, Any]:
        """What is told and recorded of it."""
        rows = {name: len(rows) for name, rows in self.splits.items()}
        labels = {name: sum(map(is_label, rows)) for name, rows in self.splits.items() if name != "test"}
        return {
            "rows": rows,
            "labels": labels,
            "labels_in_the_test_set": self.frozen_labels,
            "rows_in_the_test_set": self.frozen_rows,
            "rows_labelled_by_people": self.replaced,
            "rows_overruled": self.overruled,
        }

    def _count(self, head: str, *, people: bool) -> Counter[str]:
        rows = [row for name, rows in self.splits.items() if name != "test" for row in rows]
        return Counter(str(row.labels[head]) for row in rows if head in row.labels and is_label(row) == people)


def merge(project: Project, own: Mapping[str, Sequence[Example]], labels: Labels, frozen: Frozen) -> Merged:
    """Put both together. What is in the frozen test set, or nearly, is left out; of a text that both know, a person's word counts."""
    similarity = project.check.near_duplicate_similarity
    told, frozen_labels = _outside(labels.rows, frozen, similarity)
    splits: Splits = {}
    frozen_rows = 0
    for name in ("train", *HELD_OUT):
        splits[name], left_out = _outside(own.get(name, ()), frozen, similarity)
        frozen_rows += left_out
    told, replaced, overruled = _settle(told, splits)
    for name, rows in _shared_out(project, told).items():
        splits[name] += rows
    _train_on_near_labels(splits, similarity)
    splits["test"] = list(frozen.rows)
    return Merged(splits, frozen_labels, frozen_rows, replaced, overruled)


def _outside(rows: Sequence[Example], frozen: Frozen, similarity: float) -> tuple[list[Example], int]:
    inside = frozen.holds(rows, similarity)
    return [row for index, row in enumerate(rows) if index not in inside], len(inside)


def _settle(told: Sequence[Example], splits: Splits) -> tuple[list[Example], int, int]:
    """Take the project's rows out whose text people labelled; what they say of other heads goes over to the label.

    The labels as they are then, how many rows they replace, and how many of those said something else.
    """
    by_form = {normal_form(row.text): row for row in told}
    replaced = overruled = 0
    for name, rows in splits.items():
        kept = []
        for row in rows:
            form = normal_form(row.text)
            label = by_form.get(form)
            if label is None:
                kept.append(row)
                continue
            replaced += 1
            overruled += differ(row, label)
            by_form[form] = replace(label, labels={**row.labels, **label.labels}, lang=label.lang or row.lang)
        splits[name] = kept
    return list(by_form.values()), replaced, overruled


def _shared_out(project: Project, told: Sequence[Example]) -> Splits:
    """The labels by split, in the project's shares; the share that a test set would get trains."""
    apart = [replace(row, group=f"label:{group_of(row)}") for row in told]
    shares = project.splits.model_copy(update={"by": "group"})
    splits = split_by_group(apart, shares, project.generate.seed, project.main_head)
    splits["train"] += splits.pop("test")
    return splits


def _train_on_near_labels(splits: Splits, similarity: float) -> None:
    """Labels that are nearly a training row would be left out of what is held out; nobody's work is wasted, so they train too."""
    moved = True
    while moved:
        moved = False
        train = [row.text for row in splits["train"]]
        for name in HELD_OUT:
            rows = splits[name]
            people = [index for index, row in enumerate(rows) if is_label(row)]
            near = {people[i] for i, _, _ in near_duplicates([rows[index].text for index in people], train, similarity)}
            splits["train"] += [rows[index] for index in sorted(near)]
            splits[name] = [row for index, row in enumerate(rows) if index not in near]
            moved = moved or bool(near)
