"""A pattern -> requests: values of one split in its places, a context, a slip of the finger, and what is right for all that."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sayso.clischema import Argument, Schema, checked, parse, path_in_json, scope_of, to_argv
from sayso.clischema.heads import COMMAND, FLAGS, IS_COMMAND, KIND, SLOTS, label_of
from sayso.clischema.phrases import PLACE
from sayso.clischema.resolve import THIS, resolve
from sayso.clischema.said import meant, refers
from sayso.errors import CommandError
from sayso.examples import Example, Value
from sayso.generate.commands.draws import draw
from sayso.generate.commands.pattern import Pattern
from sayso.generate.commands.roles import role_of
from sayso.generate.commands.shares import value_split
from sayso.generate.dice import Dice
from sayso.runtime.spans import Mark

TRIES = 160
SLIPS, LOWERED, CAPITAL, STOPPED = 0.12, 0.35, 0.3, 0.12
SEVERAL = 0.25


@dataclass(frozen=True)
class Refused(Exception):
    """A row that breaks a rule of what may be trained on."""

    reason: str


def fill(schema: Schema, pattern: Pattern, context: Mapping[str, Any] | None, dice: Dice) -> Example:
    """One request with everything that is known of it; raises Refused where it would be wrong."""
    scope = scope_of(schema, pattern.path)
    text, marks, said = "", [], {}
    at = 0
    for place in PLACE.finditer(pattern.text):
        text += _slipped(pattern.text[at : place.start()], dice)
        argument = scope.arguments[place[1]]
        spoken, value = (place[2], _pointed(argument, place[2])) if place[2] else _value(schema, pattern, argument, dice)
        marks.append(Mark(argument.name, len(text), len(text) + len(spoken)))
        text += spoken
        said[argument.name] = value
        at = place.end()
    if not (text + pattern.text[at:]).strip():
        raise Refused("it says nothing")
    text = _as_typed(text + _slipped(pattern.text[at:], dice), marks, dice)
    resolved = resolve(schema, pattern.path, said, pattern.flags, context)
    labels: dict[str, Value] = {COMMAND: label_of(schema, pattern.path), KIND: IS_COMMAND, FLAGS: tuple(pattern.flags), SLOTS: tuple(marks)}
    if resolved.missing:
        first = resolved.missing[0].name
        output = {"type": "clarification", "kind": "missing_argument", "argument": first, **path_in_json(pattern.path)}
    else:
        output = _proved(schema, resolved.command)
    return Example(text, labels, source="grammar", group=group_of(pattern), context=dict(context) if context else None, output=output)


def group_of(pattern: Pattern) -> str:
    """What the rows of a pattern have in common: what is said, without values, letters' case and signs."""
    return " ".join(re.sub(r"[^\w{}=]+", " ", pattern.text.casefold()).split())


def _proved(schema: Schema, command: Any) -> dict[str, Any]:
    """The command as JSON, once its argv has been read back as the same command."""
    try:
        whole = checked(schema, command)
        if parse(schema, to_argv(schema, whole)) != whole:
            raise Refused("its argv is read back as something else")
    except CommandError as error:
        raise Refused(str(error)) from None
    document: dict[str, Any] = whole.to_json()
    return document


def _pointed(argument: Argument, word: str) -> Any:
    value = None if refers(argument, word) else meant(argument, word)
    return THIS if value is None and refers(argument, word) else "@me" if value in (None, word) and word == "my" else value


def _value(schema: Schema, pattern: Pattern, argument: Argument, dice: Dice) -> tuple[str, Any]:
    """What is said for an argument, and the value that it stands for; of the pattern's split where there are enough values."""
    if argument.type == "enum":
        value = dice.pick(argument.values)
        spoken = dice.pick([value, value.replace("_", " ").replace("-", " "), *argument.synonyms.get(value, ())])
        if meant(argument, spoken) != value:
            spoken = value
        return spoken, (value,) if argument.repeatable else value
    role = role_of(argument, pattern.path)
    people = [word for value in argument.synonyms.values() for word in value]
    for number in range(TRIES):
        spoken = dice.pick(people) if people and dice.chance() < 0.25 else draw(argument, role, dice)
        if argument.repeatable and dice.chance() < SEVERAL:
            spoken = _listed([spoken, *(draw(argument, role, dice) for _ in range(1 + dice.below(2)))], dice)
        if spoken not in people and number < TRIES // 2 and value_split(spoken) != pattern.split:
            continue
        value = meant(argument, spoken)
        if value is not None:
            return spoken, value
    raise Refused(f"no value for {argument.name!r}")


def _listed(values: Sequence[str], dice: Dice) -> str:
    """Two values or more, as one says them: "a, b and c", "a, b, c"."""
    return ", ".join(values[:-1]) + dice.pick((" and ", ", and ", ", ")) + values[-1]


def _as_typed(text: str, marks: list[Mark], dice: Dice) -> str:
    """Small letters, a capital at the beginning, a full stop at the end; what is marked keeps its letters."""
    start = marks[0].start if marks else len(text)
    if dice.chance() < CAPITAL and start > 0:
        text = text[0].upper() + text[1:]
    if dice.chance() < STOPPED and text[-1].isalpha() and (not marks or marks[-1].end < len(text)):
        text += "."
    return text


def _slipped(text: str, dice: Dice) -> str:
    """Now and then one word with two letters in the wrong order, one too few or one twice."""
    words = list(re.finditer(r"[a-z]{5,}", text))
    if not words or dice.chance() >= SLIPS:
        return text
    word = dice.pick(words)
    at = word.start() + 1 + dice.below(len(word[0]) - 2)
    wrong = dice.pick([text[at + 1] + text[at], "", text[at] * 2])
    return text[:at] + wrong + text[at + (2 if len(wrong) == 2 and wrong != text[at] * 2 else 1) :]
