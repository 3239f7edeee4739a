"""CommandIndex: which commands of a tool have a request's words in their names and descriptions; BM25 over what the schema says."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from sayso.clischema import CommandSchema, Schema, scope_of
from sayso.runtime.stems import stems

SATURATION, LENGTH_COUNTS = 1.2, 0.5


class CommandIndex:
    """The commands of a schema, ready to be looked through."""

    def __init__(self, schema: Schema) -> None:
        self.words = {path: Counter(_words_of(schema, path, command)) for path, command in schema.distinct_commands()}
        self.mean_length = sum(words.total() for words in self.words.values()) / max(1, len(self.words))
        known = Counter(word for words in self.words.values() for word in words)
        self.weight = {word: math.log(1 + (len(self.words) - number + 0.5) / (number + 0.5)) for word, number in known.items()}

    def scores(self, text: str) -> dict[tuple[str, ...], float]:
        """Of every command, how much of the text's words is found in it."""
        asked = set(stems(text))
        return {path: self._score(words, asked) for path, words in self.words.items()}

    def ranked(self, text: str) -> list[tuple[tuple[str, ...], float]]:
        """Every command with its share of what was found of the text's words, the likeliest first."""
        scores = self.scores(text)
        whole = sum(scores.values()) or 1.0
        return sorted(((path, score / whole) for path, score in scores.items()), key=lambda each: -each[1])

    def _score(self, words: Counter[str], asked: set[str]) -> float:
        length = 1 - LENGTH_COUNTS + LENGTH_COUNTS * words.total() / self.mean_length
        found = ((word, words[word]) for word in asked if word in words)
        return sum(self.weight[word] * number * (SATURATION + 1) / (number + SATURATION * length) for word, number in found)


def _words_of(schema: Schema, path: tuple[str, ...], command: CommandSchema) -> Iterator[str]:
    for depth in range(1, len(path) + 1):
        level = scope_of(schema, path[:depth]).command
        for name in (level.name, *level.aliases):
            yield from stems(name)
    yield from stems(command.description)
    for part in command.parts:
        yield from stems(part.name)
        yield from stems(part.description)
