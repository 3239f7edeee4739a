"""A tool's schema -> rows of every split: requests for its commands, and what is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, cycle, islice, repeat
from typing import Any

from sayso.artifacts import Progress
from sayso.clischema import Schema
from sayso.clischema.heads import label_of
from sayso.clischema.scope import scope_of
from sayso.examples import Example, normal_form
from sayso.generate.commands.ask import Asker
from sayso.generate.commands.contexts import Contexts
from sayso.generate.commands.fill import Refused, fill
from sayso.generate.commands.negatives import negatives
from sayso.generate.commands.nouns import wording_of
from sayso.generate.commands.shares import Chooser
from sayso.generate.dice import Dice
from sayso.project import SPLITS, Generate

HELD_OUT = 0.09
"""Rows of a command in each of val, calib and test, for one in train."""
LEAST_HELD_OUT = 4
NEGATIVE = 0.25
"""Rows that are no request for a command, for one that is."""
ROUNDS, AROUND = 2, 3
"""How often every argument and flag of a command is spoken of, at least; and how often, for each command, one that others have too."""
ALONE, FEWEST, MOST = 2, 0.5, 3.0
"""A command has as many rows as it has arguments and flags and so many more, in proportion, between these times the usual number."""
TRIES = 25


@dataclass
class Made:
    """The rows of each split, how many were refused and why, and how different those are that were kept."""

    splits: dict[str, list[Example]] = field(default_factory=lambda: {split: [] for split in SPLITS})
    refused: Counter[str] = field(default_factory=Counter)

    def facts(self) -> dict[str, Any]:
        """What the manifest says of them."""
        kinds = rows_by_kind(self.splits)
        return {
            "refused": dict(self.refused),
            "answers": kinds,
            "diversity": {split: diversity(rows) for split, rows in self.splits.items()},
        }


@dataclass
class Taken:
    """The texts that there are, and the split of every phrasing."""

    texts: set[str] = field(default_factory=set)
    home: dict[str, str] = field(default_factory=dict)

    def lets_in(self, row: Example, split: str) -> bool:
        """Whether no row has this text and no other split this phrasing; it is taken then."""
        form, group = normal_form(row.text), row.group or ""
        if not form or form in self.texts or self.home.setdefault(group, split) != split:
            return False
        self.texts.add(form)
        return True


def requests(schema: Schema, settings: Generate, progress: Progress) -> Made:
    """All rows. No phrase and no value that is held out for one split is in another; no text is there twice."""
    made = Made()
    taken = Taken()
    commands = list(schema.distinct_commands())
    wordings = [wording_of(scope_of(schema, path)) for path, _ in commands]
    says = Counter(template for wording in wordings for template in {*wording.say, *wording.ask})
    shared = frozenset(template for template, number in says.items() if number > 1)
    contexts = Contexts(schema, settings.seed)
    askers = [Asker(schema, path, shared) for path, _ in commands]
    usual = sum(ALONE + len(asker.parts) for asker in askers) / max(1, len(askers))
    for number, asker in enumerate(askers):
        progress(f"asking for {label_of(schema, asker.path)}", number, len(askers))
        rows = round(settings.rows_per_command * min(max((ALONE + len(asker.parts)) / usual, FEWEST), MOST))
        for split in SPLITS:
            wanted = _wanted(asker, split, rows)
            made.splits[split] += islice(_rows_of(asker, split, settings.seed, contexts, taken, made.refused, wanted), wanted)
    for split in SPLITS:
        wanted = max(round(NEGATIVE * len(made.splits[split])), 6 * LEAST_HELD_OUT)
        made.splits[split] += [row for row in negatives(schema, split, wanted, settings.seed) if taken.lets_in(row, split)]
    return made


def diversity(rows: list[Example]) -> dict[str, Any]:
    """Rows, phrasings and words, and how many of each there are for one of the one before."""
    words = Counter(word for row in rows for word in normal_form(row.text).split())
    groups = {row.group for row in rows}
    return {
        "rows": len(rows),
        "phrasings": len(groups),
        "phrasings_per_row": round(len(groups) / max(1, len(rows)), 3),
        "words": len(words),
        "mean_length": round(sum(words.values()) / max(1, len(rows)), 2),
    }


def _wanted(asker: Asker, split: str, rows: int) -> int:
    return (
        max(rows, ROUNDS * len(asker.parts)) + AROUND * bool(asker.parts_around)
        if split == "train"
        else max(LEAST_HELD_OUT, round(HELD_OUT * rows))
    )


def _rows_of(
    asker: Asker, split: str, seed: int, contexts: Contexts, taken: Taken, refused: Counter[str], wanted: int
) -> Iterator[Example]:
    """Rows of one command for one split: each argument and flag in turn, then whatever comes."""
    dice = Dice(seed, "requests", split, *asker.path)
    rounds = chain.from_iterable(repeat(asker.parts, ROUNDS)) if split == "train" else iter(())
    around = dice.order(asker.parts_around)[:AROUND] if split == "train" else []
    turns: Iterator[str | None] = chain(rounds, around, cycle([None, *asker.parts[:1], *asker.parts]))
    for must in islice(turns, TRIES * (wanted + ROUNDS * len(asker.parts))):
        for _ in range(TRIES if must else 1):
            chooser = Chooser(split, dice)
            pattern = asker.draw(chooser, must)
            if pattern is None:
                continue
            try:
                row = fill(asker.schema, pattern, contexts.draw(dice), dice)
            except Refused as refusal:
                refused[refusal.reason.split(":")[0]] += 1
                continue
            if taken.lets_in(row, split):
                yield row
                break


def rows_by_kind(splits: Mapping[str, list[Example]]) -> dict[str, int]:
    """How many rows answer with a command, and how many with each kind of question."""
    outputs = (row.output or {} for rows in splits.values() for row in rows)
    return dict(Counter(str(output.get("kind", output.get("type"))) for output in outputs))
