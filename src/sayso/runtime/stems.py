"""A text -> its words without their endings, to find what is said in other forms of the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator

SHORTEST = 4
"""A word of which less would be left keeps its ending."""


def stems(text: str) -> Iterator[str]:
    """Words without the endings of a plural, a past and a progressive form."""
    for word in re.findall(r"[^\W_]+", text.casefold()):
        stem = re.sub(r"(?:ing|ies|ed|es|s|e|y)$", "", word)
        yield stem if len(stem) >= SHORTEST else word
