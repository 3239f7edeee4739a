"""A request that a person wrote, with its answer -> the same with the pieces of the text marked that the answer's values come from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sayso.clischema import Argument, Command, Schema, checked, scope_of
from sayso.clischema.heads import SLOTS
from sayso.clischema.said import meant, refers
from sayso.errors import CommandError, DataError
from sayso.examples import Example
from sayso.runtime.spans import Mark

LONGEST = 4
"""So many words may be said for a value that is not in the text itself."""


def with_marks(schema: Schema, example: Example, path: Path | None = None) -> Example:
    """The example with its slots, if every value is found in the text; refuses an answer that the schema does not allow."""
    output = example.output
    if not output or output.get("type") != "command":
        return example
    try:
        command = checked(schema, Command.from_json(output))
    except CommandError as error:
        raise DataError(f"the answer to {example.text!r:.80} is none that the schema allows: {error}", path, example.line) from None
    marks = _marks(scope_of(schema, command.path).arguments, command.args, example)
    labels = {name: value for name, value in example.labels.items() if name != SLOTS}
    return replace(example, labels=labels if marks is None else labels | {SLOTS: marks}, output=output | command.to_json())


def _marks(arguments: Mapping[str, Argument], args: Mapping[str, Any], example: Example) -> tuple[Mark, ...] | None:
    """Longer values first, so that a short one is not found within them."""
    found: list[Mark] = []
    values = [(name, one) for name, value in args.items() for one in (value if isinstance(value, tuple) else [value])]
    for name, value in sorted(values, key=lambda each: -len(str(each[1]))):
        argument = replace(arguments[name], repeatable=False)
        places = [
            place for place in _places(argument, value, example) if not any(place[0] < mark.end and place[1] > mark.start for mark in found)
        ]
        if places:
            found.append(Mark(name, *places[0]))
        elif not (argument.context and argument.context.implicit):
            return None
    return tuple(sorted(found, key=lambda mark: mark.start))


def _places(argument: Argument, value: Any, example: Example) -> Iterator[tuple[int, int]]:
    """Where the text says a value: as it is, in other words, or by pointing at the context; the likeliest first."""
    text = example.text
    for place in re.finditer(rf"(?<!\w){re.escape(str(value))}(?!\w)", text, re.IGNORECASE):
        yield place.span()
    words = list(re.finditer(r"[\w'@#&/.\-]*\w", text))
    for length in range(LONGEST, 0, -1):
        for first in range(len(words) - length + 1):
            start, end = words[first].start(), words[first + length - 1].end()
            if meant(argument, text[start:end]) == value:
                yield start, end
    if argument.context and argument.context.resolve(example.context) is not None:
        for word in words:
            if refers(argument, word[0]):
                yield word.span()
