"""What several people said of the same items -> how far they agree, beyond what chance alone would give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import fmean

Said = str | Collection[str]
"""A choice head's label, or a tags head's labels."""


@dataclass(frozen=True)
class LabelAgreement:
    """Of the items to which anybody gave this label, how many got it from all; `kappa` is of this label against all others."""

    given: int
    agreed: int
    kappa: float | None

    @property
    def share(self) -> float:
        """From 0 to 1; a label that nobody gave is not told of at all."""
        return self.agreed / self.given


@dataclass(frozen=True)
class Agreement:
    """Of the items with two opinions or more; `kappa` is None where it cannot be told, as when only one label was ever given."""

    items: int
    agreed: int
    people: int
    kappa: float | None
    labels: dict[str, LabelAgreement]

    @property
    def share(self) -> float | None:
        """The share of items of which everybody said the same."""
        return self.agreed / self.items if self.items else None


def agreement(opinions: Iterable[Mapping[str, Said]]) -> Agreement:
    """Of each item, who said what of it. Kappa is Cohen's for the same two people throughout, otherwise Fleiss'.

    Labels of a tags head are judged one by one, and kappa is the mean of theirs.
    """
    told = [dict(sorted(item.items())) for item in opinions if len(item) > 1]
    people = {who for item in told for who in item}
    rated = [[_labels(said) for said in item.values()] for item in told]
    labels = label_agreement(rated)
    if any(len(said) != 1 for said in chain.from_iterable(rated)):
        known = [label.kappa for label in labels.values() if label.kappa is not None]
        kappa = fmean(known) if known else None
    elif len(people) == 2:
        kappa = cohen_kappa([(first, second) for first, second in rated])
    else:
        kappa = fleiss_kappa([Counter(said) for said in rated])
    return Agreement(len(rated), sum(len(set(said)) == 1 for said in rated), len(people), kappa, labels)


def cohen_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """What two people said of each item; each of them has habits of their own, by which chance is reckoned."""
    if not pairs:
        return None
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum(a == b for a, b in pairs) / len(pairs)
    expected = sum(first[label] * second[label] for label in first) / len(pairs) ** 2
    return _beyond_chance(observed, expected)


def fleiss_kappa(counts: Iterable[Mapping[Hashable, int]]) -> float | None:
    """Of each item, how often each label was given; by any number of people, who need not be the same. One opinion alone says nothing."""
    items = [item for item in counts if sum(item.values()) > 1]
    if not items:
        return None
    given: Counter[Hashable] = Counter()
    for item in items:
        given.update(item)
    total = sum(given.values())
    expected = sum((count / total) ** 2 for count in given.values())
    return _beyond_chance(fmean(map(_pairs_that_agree, items)), expected)


def label_agreement(items: Iterable[Sequence[Collection[str]]]) -> dict[str, LabelAgreement]:
    """Of each item, the labels that each person gave it -> for each label that anybody gave, the most given first."""
    rated = [[set(said) for said in item] for item in items if len(item) > 1]
    counts = [Counter(chain.from_iterable(item)) for item in rated]
    given = Counter(chain.from_iterable(counts))
    agreed = Counter(label for item, count in zip(rated, counts, strict=True) for label in count if count[label] == len(item))
    return {
        label: LabelAgreement(items_with, agreed[label], _against_all_others(label, rated, counts))
        for label, items_with in sorted(given.items(), key=lambda entry: (-entry[1], entry[0]))
    }


def _against_all_others(label: str, rated: Sequence[Sequence[Collection[str]]], counts: Sequence[Mapping[str, int]]) -> float | None:
    return fleiss_kappa([{True: count[label], False: len(item) - count[label]} for item, count in zip(rated, counts, strict=True)])


def _pairs_that_agree(item: Mapping[Hashable, int]) -> float:
    people = sum(item.values())
    return sum(count * (count - 1) for count in item.values()) / (people * (people - 1))


def _beyond_chance(observed: float, expected: float) -> float | None:
    """None if chance alone explains everything: with one label, nobody can disagree."""
    return None if expected > 1 - 1e-12 else (observed - expected) / (1 - expected)


def _labels(said: Said) -> frozenset[str]:
    return frozenset([said]) if isinstance(said, str) else frozenset(said)
