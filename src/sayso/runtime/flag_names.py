"""FlagNames: which flags of a command a request names, by their names or in the words of their descriptions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sayso.clischema import Scope
from sayso.runtime.spans import Mark, without
from sayso.runtime.stems import stems

DESCRIBED = 0.5
"""What one word of a flag's description counts for, next to its name."""
POINTING = frozenset(("a", "an", "the", "each", "any", "this", "that", "it", "is", "are", "be", "do", "no", "not", "only"))
JOINING = frozenset(
    ("and", "or", "of", "to", "in", "on", "for", "with", "without", "from", "by", "at", "into", "as", "than", "if", "when", "then")
)
"""Words of descriptions that tell nothing."""
DENIED = re.compile(r"\b(?:no|not|never|without|except|don['’]?t)\s+(?:(?:a|an|any|the)\s+)?([^\W_]+)")


class FlagNames:
    """The words that stand for each flag of one command, ready to be looked for."""

    def __init__(self, scope: Scope) -> None:
        """Words of the command itself, and of its arguments, name no flag of it: other requests for the command have them too."""
        common = {*stems(" ".join([*scope.path, *scope.arguments])), *stems(scope.command.description)}
        named = {name: set(stems(name)) for name in scope.flags}
        self.names = {name: words for name, words in named.items() if words - common}
        self.described = {name: set(stems(flag.description)) - common - POINTING - JOINING for name, flag in scope.flags.items()}

    def said(self, text: str, values: Sequence[Mark]) -> dict[str, float]:
        """How much of the text's words name each flag: 1 for its name. What is a value names none, nor does what is denied."""
        text = without(text, values)
        there = set(stems(text))
        asked = there - {word for denied in DENIED.finditer(text.casefold()) for word in stems(denied[1])}
        return {
            name: float(name in self.names and self._is_named(name, asked, there)) + DESCRIBED * len(words & asked)
            for name, words in self.described.items()
        }

    def _is_named(self, name: str, asked: set[str], there: set[str]) -> bool:
        return self.names[name] <= (there if name.startswith("no-") else asked)
