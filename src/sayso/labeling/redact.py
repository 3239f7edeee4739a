"""A text -> the same text without personal data: each piece of it is replaced by what it was, as in `<email>`.

Which rules there are, and how a project changes them, is in docs/redaction.md. Redacting what was redacted changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sayso.errors import UsageError
from sayso.labeling.identifiers import Span, find_card, find_fiscal_code, find_iban, find_vat
from sayso.labeling.phones import find_phone, find_told_phone
from sayso.project import RULES_OF_REDACTION

MOST_ROUNDS = 8
"""Taking one thing out may bare another beside it; so often it is looked again."""
SHORTEST = 6
"""No known rule takes out less."""

Find = Callable[[str], Span | None]


@dataclass(frozen=True, slots=True)
class Found:
    """Something personal: what it is, where it was in the text, and the thing itself."""

    kind: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text as it may be kept, and what was taken out, in the order of the text."""

    text: str
    found: tuple[Found, ...]


class Redactor:
    """Takes personal data out of a text; called with it, by any number of threads."""

    def __init__(self, rules: Iterable[tuple[str, Find]]) -> None:
        self._rules = tuple(rules)
        self._shortest = SHORTEST if set(self.kinds) <= set(RULES_OF_REDACTION) else 1
        self._placeholder = re.compile("|".join(re.escape(f"<{kind}>") for kind, _ in self._rules) or r"(?!)")

    @classmethod
    def of(cls, rules: Mapping[str, bool | str]) -> Redactor:
        """With all known rules but those that are False; a pattern under a known name replaces its rule, under another it adds one."""
        chosen: list[tuple[str, Find]] = []
        for kind in (*RULES_OF_REDACTION, *(name for name in rules if name not in RULES_OF_REDACTION)):
            rule = rules.get(kind, kind in RULES_OF_REDACTION)
            if isinstance(rule, str):
                chosen.append((kind, _finder(kind, rule)))
            elif rule:
                chosen += [(kind, find) for find in _KNOWN[kind]]
        return cls(chosen)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is looked for."""
        return tuple(dict.fromkeys(kind for kind, _ in self._rules))

    def __call__(self, text: str) -> Redacted:
        """The text without what the rules find in it."""
        found: list[Found] = []
        pieces = self._pieces(text)
        for _ in range(MOST_ROUNDS):
            known = len(found)
            for kind, find in self._rules:
                pieces = [rest for start, piece in pieces for rest in self._take_out(kind, find, start, piece, found)]
            if len(found) == known:
                break
        if not found:
            return Redacted(text, ())
        found.sort(key=lambda one: one.start)
        return Redacted(_replaced(text, found), tuple(found))

    def _pieces(self, text: str) -> list[tuple[int, str]]:
        """What stands between the things that were taken out before, and where."""
        if "<" not in text:
            return [(0, text)]
        ends = [0, *(end for match in self._placeholder.finditer(text) for end in match.span()), len(text)]
        return [(start, text[start:end]) for start, end in zip(ends[::2], ends[1::2], strict=True)]

    def _take_out(self, kind: str, find: Find, start: int, piece: str, found: list[Found]) -> Iterator[tuple[int, str]]:
        """What is left of a piece of the text, which began at `start`, and is long enough for anything to be in it."""
        while span := find(piece):
            begin, end = span
            found.append(Found(kind, start + begin, start + end, piece[begin:end]))
            if begin >= self._shortest:
                yield start, piece[:begin]
            start, piece = start + end, piece[end:]
        if len(piece) >= self._shortest:
            yield start, piece


def _replaced(text: str, found: list[Found]) -> str:
    parts, done = [], 0
    for one in found:
        parts += [text[done : one.start], f"<{one.kind}>"]
        done = one.end
    return "".join([*parts, text[done:]])


_EMAIL = re.compile(r"(?<![\w.+%'&-])[\w.+%'&-]++@[\w-]++(?:\.[\w-]++)++")
_TOP_LEVEL = re.compile(r"\.(?:[^\W\d_]{2,}|xn--[\w-]+)(?![\w-])")


def find_email(text: str) -> Span | None:
    """The first e-mail address; what looks like one but ends in a number, as in `lodash@4.17`, is none."""
    if "@" not in text:
        return None
    for found in _EMAIL.finditer(text):
        ends = [top.end() for top in _TOP_LEVEL.finditer(text, text.index("@", found.start()), found.end())]
        name = found[0].lstrip(".-+%'&")
        if ends and not name.startswith("@"):
            return found.end() - len(name), ends[-1]
    return None


def _finder(kind: str, pattern: str) -> Find:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise UsageError(f"the pattern of {kind!r} is no regular expression: {error}") from None

    def find(text: str) -> Span | None:
        return next((match.span() for match in compiled.finditer(text) if match.end() > match.start()), None)

    return find


def _with_digits(find: Find) -> Find:
    """Spares texts without six digits near each other the search for numbers."""
    return lambda text: find(text) if _SIX_DIGITS.search(text) else None


_SIX_DIGITS = re.compile("[0-9](?:[^0-9]{0,3}[0-9]){5}")
_KNOWN: dict[str, tuple[Find, ...]] = {
    "email": (find_email,),
    "iban": (_with_digits(find_iban),),
    "card": (_with_digits(find_card),),
    "fiscal_code": (find_fiscal_code,),
    "vat": (_with_digits(find_vat),),
    "phone": (_with_digits(find_phone), _with_digits(find_told_phone)),
}
