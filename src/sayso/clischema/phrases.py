"""A command's own phrases, such as `show {state} prs`.

`{name}` is a place for a value, `{name=word}` a word that is a value, points at one, or asks for a flag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sayso.clischema.said import meant, refers
from sayso.clischema.scope import Scope
from sayso.errors import nearest

PLACE = re.compile(r"\{([^{}=]+)(?:=([^{}]*))?\}")


def wrong_with_phrase(scope: Scope, phrase: str) -> Iterator[str]:
    """What is wrong with the places in a phrase."""
    if not phrase.strip():
        yield "a phrase is empty"
    named: set[str] = set()
    for place in PLACE.finditer(phrase):
        name, word = place[1], place[2]
        if word == "":
            yield f"{phrase!r}: nothing stands behind `{name}=`"
            continue
        if name in scope.flags:
            if not word:
                yield f"{phrase!r}: {name!r} is a flag; put the words that ask for it behind it, as in {{{name}={name}}}"
        elif name not in scope.arguments:
            yield f"{phrase!r} has a place for {name!r}, which is no argument{nearest(name, [*scope.arguments, *scope.flags])}"
        elif name in named:
            yield f"{phrase!r} has two places for {name!r}"
        elif word and meant(scope.arguments[name], word) is None and not refers(scope.arguments[name], word):
            yield f"{phrase!r}: {word!r} is no value of {name!r} and points at none"
        named.add(name)
    if "{}" in phrase:
        yield f"{phrase!r}: put an argument's name into {{}}"
    elif "{" in PLACE.sub("", phrase) or "}" in PLACE.sub("", phrase):
        yield f"the brackets of {phrase!r} do not match"
