"""What people say for a value -> the value: `#42`, "fifty-two", `"in quotes"`, a synonym of an enum's value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sayso.clischema.schema import REFERRING, Argument
from sayso.clischema.values import read_value

QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "`": "`", "„": "“"}
ENDINGS = ".,;:!?"
MEASURED = re.compile(r"[$€£]?\s?([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)\s?(?:[€$£%]|[A-Za-z]{2,12})?")
"""A number with its unit: "1.2kg", "85 euros", "$40"."""
BEFORE_POINTING = ("the", "my", "our")
ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def meant(argument: Argument, text: str) -> Any:
    """The value that the text stands for; None where it stands for none that the argument may have."""
    if not argument.repeatable:
        return _one(argument, text)
    parts = [_one(argument, part) for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", text.strip()) if part]
    return tuple(parts) if parts and all(part is not None for part in parts) else None


def refers(argument: Argument, text: str) -> bool:
    """Whether the text points at a value instead of saying it: "this", or for what the context may have, "the current one" too."""
    words = re.findall(r"\w+", text.casefold())
    pointing = {word.casefold() for word in (*REFERRING, *(argument.context.words if argument.context else ()))}
    if argument.context and words[:1] and words[0] in BEFORE_POINTING:
        words = words[1:]
    return bool(words) and words[0] in pointing and len(words) <= (3 if argument.context else 1)


def number_in(text: str) -> int | None:
    """A whole number in digits or in English words."""
    digits = re.fullmatch(r"(?:#|№|no\.?|nr\.?|number|num)?\s*([+-]?\d[\d,]*)(?:st|nd|rd|th)?", text.strip(), re.IGNORECASE)
    if digits:
        return int(digits[1].replace(",", "")) if len(digits[1]) < 19 else None
    return _in_words(re.findall(r"[a-z]+", text.casefold())) if re.fullmatch(r"[A-Za-z\s-]+", text.strip()) else None


def _one(argument: Argument, text: str) -> Any:
    for candidate in _candidates(argument, text):
        try:
            return read_value(argument, candidate)
        except ValueError:
            continue
    return None


def _candidates(argument: Argument, text: str) -> Iterator[str]:
    plain = _unquoted(text.strip())
    spoken = {word.casefold(): value for value, words in argument.synonyms.items() for word in (value, *words)}
    if plain.casefold() in spoken:
        yield spoken[plain.casefold()]
    if argument.type in ("integer", "number"):
        number = number_in(plain.rstrip(ENDINGS))
        if number is not None:
            yield str(number)
        measured = MEASURED.fullmatch(plain.rstrip(ENDINGS))
        if measured:
            yield measured[1].replace(",", "")
    if argument.type == "boolean":
        yield {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(plain.casefold(), plain.casefold())
    if argument.type == "enum":
        yield from _enum_values(argument, plain)
    yield plain
    yield plain.rstrip(ENDINGS)
    yield plain.lstrip("@#").rstrip(ENDINGS)


def _enum_values(argument: Argument, text: str) -> Iterator[str]:
    """The value that is written like the text; else the one that begins like it."""
    spelled = _letters(text)
    if not spelled:
        return
    for value in argument.values:
        if spelled in (_letters(value), *map(_letters, argument.synonyms.get(value, ()))):
            yield value
    for value in argument.values:
        same = len(_common(_letters(value), spelled))
        if same >= 4 and same >= len(spelled) - 3:
            yield value


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _common(one: str, other: str) -> str:
    length = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other)))
    return one[:length]


def _unquoted(text: str) -> str:
    if len(text) > 1 and QUOTES.get(text[0]) == text[-1]:
        return text[1:-1].strip()
    return text


def _in_words(words: list[str]) -> int | None:
    total, found = 0, False
    for word in words:
        if word in ONES:
            total, found = total + ONES.index(word), True
        elif word in TENS:
            total, found = total + 10 * (TENS.index(word) + 2), True
        elif word == "hundred" and found:
            total *= 100
        elif word != "and":
            return None
    return total if found else None
