"""Pieces of a request that are shaped like a value of a command's arguments: seen without a model, from what the schema says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from sayso.clischema import Argument, Scope
from sayso.clischema.said import meant, refers
from sayso.runtime.caution import quotations
from sayso.runtime.spans import Mark

WORD = re.compile(r"[^\s\"“”]+")
NUMBER = re.compile(r"(?<![\w.,:/-])#?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d:/-]|[.,]\d)")
AROUND = "\"'`“”‘’()[]<>,;:!?"
PLAIN_WORDS = ("something", "new")
"""A pattern that takes these says nothing of where its values are."""
PATH = re.compile(r"(?:\.{0,2}/|~/)?[\w.\-/]*(?:/[\w.\-]+|\w\.[A-Za-z]\w{0,4})/?")
CODE = re.compile(r"(?<![\w./-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?(?![\w/-]|\.\w)")
MEASURE = re.compile(r"\d+[A-Za-z]{1,3}|\d+-.*|[A-Za-z]+-\d")
URL = re.compile(r"\w+://\S+")


class Shapes:
    """What the values of one command's arguments look like."""

    def __init__(self, scope: Scope) -> None:
        self.arguments = tuple(scope.arguments.values())
        self.subject = next(iter(scope.positionals), None)
        self.own_names = {name.casefold() for command in scope.chain[1:] for name in (command.name, *command.aliases)}
        self.spoken = {argument.name: _spoken(argument) for argument in self.arguments if argument.values or argument.synonyms}

    def within(self, text: str) -> list[Mark]:
        """Every piece of the text that an argument may have as its value, by its shape. One piece may be shaped like several.

        A word that the command or its group is called by is not said for a value, and a quotation is one value or none.
        """
        quoted = quotations(text)
        return [
            Mark(argument.name, start, end)
            for argument in self.arguments
            for start, end in self._pieces(argument, text, quoted)
            if text[start:end].casefold() not in self.own_names
            and not any(first <= start and end <= last and (start, end) != (first, last) for first, last in quoted)
        ]

    def _pieces(self, argument: Argument, text: str, quoted: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        if argument.name in self.spoken:
            yield from (match.span() for match in self.spoken[argument.name].finditer(text))
        if argument.type in ("integer", "number"):
            yield from (match.span() for match in NUMBER.finditer(text) if meant(argument, match[0]) is not None)
        elif argument.type in ("date", "path", "url") or (argument.pattern is not None and not _takes_plain_words(argument.pattern)):
            yield from (place for place in _words(text) if _is_one(argument, text[slice(*place)]))
        elif argument.type == "string" and argument.pattern is None:
            yield from quoted
        if argument.context or (argument.required and argument is self.subject):
            yield from (place for place in _words(text) if refers(argument, text[slice(*place)]))


def codes_in(text: str) -> list[tuple[int, int]]:
    """Words of letters and digits, as things are numbered by: PK48213, i-0ab1c2, ops-118; no measures such as 30m."""
    return [match.span() for match in CODE.finditer(text) if len(match[0]) > 3 and not MEASURE.fullmatch(match[0])]


def _words(text: str) -> Iterator[tuple[int, int]]:
    """The words of a text, without the signs around them."""
    for match in WORD.finditer(text):
        word = match[0].rstrip(AROUND + ".")
        inner = word.lstrip(AROUND)
        if inner:
            yield match.end() - len(match[0]) + len(word) - len(inner), match.start() + len(word)


def _is_one(argument: Argument, word: str) -> bool:
    if argument.type == "path":
        return bool(PATH.fullmatch(word)) and not word.replace(".", "").isdigit()
    if argument.type == "url":
        return bool(URL.fullmatch(word))
    return meant(argument, word) is not None


def _spoken(argument: Argument) -> re.Pattern[str]:
    words = {word for value in (argument.values or argument.synonyms) for word in (value, *argument.synonyms.get(value, ()))}
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.IGNORECASE)


@cache
def _takes_plain_words(pattern: str) -> bool:
    return any(re.fullmatch(pattern, word) for word in PLAIN_WORDS)
