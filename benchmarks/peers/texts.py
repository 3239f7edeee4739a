"""The verified examples of a built project -> the texts that all contestants get."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sayso
from sayso.artifacts import open_artifact
from sayso.examples import Example, read_split
from sayso.project import SPLITS, Project
from sayso.runtime.bench import TOKENS

SINGLE, LISTED, FIRST = 25, 10_000, 100


@dataclass(frozen=True)
class Texts:
    """Some of each length, by their tokens; a list, with the labels of its texts and whether they are unseen; some to start with.

    Unseen is what no weight was fitted on.
    """

    by_tokens: dict[str, list[str]]
    listed: list[str]
    labels: list[str]
    unseen: list[bool]
    first: list[str]


def splits_of(project: Project) -> dict[str, list[Example]]:
    """The verified examples."""
    verified = open_artifact(project.build / "verified", "examples")
    return {split: read_split(verified, split, project.heads) for split in SPLITS}


def texts_of(project: Project, splits: dict[str, list[Example]], share: float) -> Texts:
    """The same texts on every run: the list has all unseen ones, and as many of `train` as it takes to fill it."""
    chance = random.Random(1)
    unseen = [row for split in SPLITS[1:] for row in splits[split]]
    chance.shuffle(unseen)
    size = round(LISTED * share)
    rows = [(row, True) for row in unseen[:size]]
    rows += [(row, False) for row in chance.sample(splits["train"], min(len(splits["train"]), size - len(rows)))]
    chance.shuffle(rows)
    with sayso.load(project.build / "bundle") as model:
        words = [row.text for row in unseen]
        by_tokens = {str(n): of_tokens(lambda text: len(model.token_ids(text)), words, n, round(SINGLE * share)) for n in TOKENS}
    return Texts(
        by_tokens=by_tokens,
        listed=[row.text for row, _ in rows],
        labels=[str(row.labels[project.main_head]) for row, _ in rows],
        unseen=[new for _, new in rows],
        first=words[:FIRST],
    )


def of_tokens(count: Callable[[str], int], texts: Iterable[str], tokens: int, how_many: int) -> list[str]:
    """Different texts of exactly so many tokens, those that the tokenizer adds included: words of the given texts in a row."""
    found: list[str] = []
    text = ""
    for word in " ".join(texts).split():
        longer = f"{text} {word}".lstrip()
        length = count(longer)
        text = longer if length < tokens else ""
        if length == tokens:
            found.append(longer)
        if len(found) == how_many:
            break
    return found
