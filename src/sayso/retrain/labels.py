"""What people said of texts, from files or from elsewhere -> Labels: one row a text, the last word on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sayso.artifacts import digest_of
from sayso.examples import Example, RowReader, normal_form, read_examples
from sayso.project import Head

SOURCE = "label"
"""What the source of a row begins with that a person labelled."""


@dataclass(frozen=True)
class Given:
    """Labels that came together: what messages and records call them, and their rows in the order in which they were given."""

    name: str
    rows: Iterable[Example]


@dataclass(frozen=True)
class Labels:
    """One row a text; what the last rows said of it.

    `given` rows are `repeated` where they speak of a text that an earlier one spoke of; `changed` texts were labelled otherwise then.
    `origins` says how many rows came from where.
    """

    rows: list[Example]
    given: int
    repeated: int
    changed: int
    origins: Mapping[str, int]

    @property
    def digest(self) -> str:
        """Identity of what is learned from."""
        return digest_of([row.to_row() for row in self.rows])


def labels_in(path: Path, heads: Mapping[str, Head]) -> Given:
    """The labels of a file; a DataError names file and line of the first that the heads do not know."""
    return Given(path.name, read_examples(path, heads))


def labels_of(name: str, rows: Iterable[Mapping[str, Any]], heads: Mapping[str, Head]) -> Given:
    """Labels that come from elsewhere than a file, in the project's own format."""
    reader = RowReader(dict(heads))
    return Given(name, (reader.example(dict(row), name, number) for number, row in enumerate(rows, start=1)))


def last_words(given: Sequence[Given], weight: float) -> Labels:
    """What was said last of each text, head by head; how it is written makes no other text of it."""
    rows: dict[str, Example] = {}
    origins: Counter[str] = Counter()
    repeated = 0
    changed: set[str] = set()
    for name, row in _all(given):
        origins[name] += 1
        form = normal_form(row.text)
        before = rows.pop(form, None)
        if before is not None:
            repeated += 1
            if differ(before, row):
                changed.add(form)
        labels = {**before.labels, **row.labels} if before else row.labels
        source = SOURCE if row.source in (None, SOURCE) else f"{SOURCE}:{row.source}"
        rows[form] = replace(row, labels=labels, source=source, weight=row.weight * weight)
    return Labels(list(rows.values()), sum(origins.values()), repeated, len(changed), dict(origins))


def differ(one: Example, other: Example) -> bool:
    """Whether two rows contradict each other on a head of which both speak."""
    return any(_plain(one.labels[head]) != _plain(other.labels[head]) for head in one.labels.keys() & other.labels.keys())


def is_label(row: Example) -> bool:
    """Whether a person labelled this row, rather than the project's own data."""
    return (row.source or "").partition(":")[0] == SOURCE


def _all(given: Sequence[Given]) -> Iterator[tuple[str, Example]]:
    for each in given:
        yield from ((each.name, row) for row in each.rows)


def _plain(value: Any) -> Any:
    return frozenset(value) if isinstance(value, tuple) else value
