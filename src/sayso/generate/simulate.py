"""Templates -> production logs as a program would have written them: users with habits, mistakes, complaints, and what came before.

For trying what is made from logs before there are any. What a simulated user wrote is known, so it is no proof of anything.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.generate.augment import vary
from sayso.generate.dice import Dice
from sayso.generate.templates import Template, read_templates

BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
DAYS = 90
TAKEN_WRONGLY = 0.06
FAILS_ANYWAY = 0.04
FAILS_WHEN_WRONG = 0.75
SAYS_SOMETHING = 0.15
COMPLAINS_WHEN_WRONG = 0.6
SAYS_IT_AGAIN = 0.12


@dataclass
class _User:
    """Somebody with habits: which intents they have, how they type, and what they said already."""

    name: str
    dice: Dice
    favourites: Sequence[str]
    varies: float
    said: list[tuple[str, str]]
    last: str | None = None


def simulate_logs(folder: Path, language: str, *, rows: int, users: int, seed: int) -> Iterator[dict[str, Any]]:
    """Log rows in the order of their time; the same seed gives the same rows."""
    by_label: dict[str, list[Template]] = {}
    for template in read_templates(folder, language):
        by_label.setdefault(template.label, []).append(template)
    labels = sorted(by_label)
    people = [_user(number, labels, seed) for number in range(users)]
    dice = Dice(seed, "logs")
    for number in range(rows):
        user = people[int(users * dice.chance() ** 2)]  # a few write most
        when = BEGIN + datetime.timedelta(seconds=round(DAYS * 86400 * (number + dice.chance()) / rows))
        yield _row(user, by_label, labels, language, when)


def _user(number: int, labels: Sequence[str], seed: int) -> _User:
    dice = Dice(seed, "user", str(number))
    return _User(f"user-{number:04}", dice, dice.order(list(labels))[: max(3, len(labels) // 2)], 0.2 + 0.6 * dice.chance(), [])


def _row(user: _User, by_label: dict[str, list[Template]], labels: Sequence[str], language: str, when: datetime.datetime) -> dict[str, Any]:
    text, meant = _utterance(user, by_label, labels, language)
    wrong = user.dice.chance() < TAKEN_WRONGLY
    taken = user.dice.pick([label for label in labels if label != meant]) if wrong else meant
    failed = user.dice.chance() < (FAILS_WHEN_WRONG if wrong else FAILS_ANYWAY)
    row = {
        "timestamp": when.isoformat(),
        "user_id": user.name,
        "raw_input": text,
        "intent": taken,
        "execution_success": not failed,
        "user_feedback": _feedback(user.dice, wrong),
        "previous_intent": user.last,
    }
    user.last = taken
    return row


def _utterance(user: _User, by_label: dict[str, list[Template]], labels: Sequence[str], language: str) -> tuple[str, str]:
    """What the user says, and what they mean by it."""
    dice = user.dice
    if user.said and dice.chance() < SAYS_IT_AGAIN:
        return dice.pick(user.said)
    label = dice.pick(user.favourites if dice.chance() < 0.8 else labels)
    template = dice.pick(by_label[label])
    text = template.grammar.draw(template.text, dice)
    if dice.chance() < user.varies and (varied := vary(text, language, dice)):
        text = varied[0]
    user.said.append((text, label))
    return text, label


def _feedback(dice: Dice, wrong: bool) -> str | None:
    if wrong:
        return "negative" if dice.chance() < COMPLAINS_WHEN_WRONG else None
    return "positive" if dice.chance() < SAYS_SOMETHING else None
