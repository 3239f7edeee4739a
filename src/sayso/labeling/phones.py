"""Telephone numbers: with a country's code, Italian mobile and landline numbers, American ones, and what is called a number.

Amounts, dates, articles and numbers of things have digits too. What makes a telephone number is how it begins, how its digits are
grouped, and what stands around it; in doubt, ten digits that begin like a mobile's are one.
"""

from __future__ import annotations

import re

from sayso.labeling.identifiers import BLANK, END, START, Span, is_numbered

_SEPARATOR = rf"(?:[{BLANK}]?[./-][{BLANK}]?|[{BLANK}])"
_GAP = rf"{_SEPARATOR}?"
_MORE = rf"(?:{_GAP}[0-9])"
_OUTSIDE_A_NUMBER = rf"{START}(?<![0-9][.])"
_CALLED_FROM_ABROAD = rf"\(?{_OUTSIDE_A_NUMBER}(?:\+|00)"


def _groups(name: str) -> str:
    """Two to four groups of digits with the same between them."""
    return rf"[0-9]{{2,4}}(?P<{name}>{_SEPARATOR})[0-9]{{2,4}}(?:(?P={name})[0-9]{{2,4}}){{0,2}}"


_FORMS = (
    rf"(?P<italian>{_CALLED_FROM_ABROAD}{_GAP}39\)?{_GAP}\(?[03][0-9]{{0,3}}\)?{_MORE}{{5,10}}{END})",
    rf"(?P<foreign>{_CALLED_FROM_ABROAD}[1-9](?:[0-9]{{0,3}}\){_GAP}|[0-9]{{0,3}}{_GAP}\([0-9]{{1,5}}\))?{_MORE}{{4,14}}{END})",
    rf"(?P<mobile>{_OUTSIDE_A_NUMBER}3[2-9][0-9](?:[0-9]?{_GAP}[0-9]{{6,7}}|{_GAP}{_groups('between')}){END})",
    rf"(?P<landline>(?:\(0[1-9][0-9]{{0,3}}\){_GAP}|{_OUTSIDE_A_NUMBER}0(?:[26]|[1-9][0-9]{{1,3}}){_SEPARATOR})"
    rf"(?:[0-9]{{5,8}}|{_groups('amid')}){END})",
    rf"(?P<together>{START}0[1-9][0-9]{{7,9}}{END})",
    rf"(?P<american>(?:\([2-9][0-9]{{2}}\) ?|{_OUTSIDE_A_NUMBER}[2-9][0-9]{{2}}[.-])[0-9]{{3}}[.-][0-9]{{4}}{END})",
)
_PHONE = re.compile(f"(?=[(+0-9])(?:{'|'.join(_FORMS)})")
_DIGITS_OF = {
    "italian": (10, 11, 13),
    "foreign": (9, 11, 15),
    "mobile": (9, 9, 10),
    "landline": (9, 9, 11),
    "together": (9, 9, 11),
    "american": (10, 10, 10),
}
"""The fewest digits of each, how many are enough where a group that begins with 0 comes next, and the most."""
_TOLD = re.compile(
    r"\b(?:tel|telefono|cell|cellulare|phone|mobile|whatsapp|fax|chiamami|call me)\b[.:]?(?: ?(?:al|at|on|n|nr|numero|number))?"
    rf"[\W_]{{0,3}}(?P<told>[0-9]{_MORE}{{5,14}}{END})",
    re.IGNORECASE,
)
_DIGITS = re.compile("[0-9]+")
_DATE = re.compile(r"(?:[0-9]{1,2}([/. -])(?:0?[1-9]|1[0-2])\1(?:19|20)?[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9]|[/.-][0-9])")
_THOUSANDS = re.compile(r"\+?[0-9]{1,3}(?:\.[0-9]{3})+")
_AMOUNT_GOES_ON = re.compile(
    r"[.,][0-9]{1,3}(?![0-9])|\s?(?:€|\$|£|%|(?:euro|eur|dollar[is]|usd|gbp|mila|milion[ei]|miliard[oi]|mq|m2|kg|km|k)(?!\w))",
    re.IGNORECASE,
)
_AMOUNT_BEGINS = re.compile(r"(?:€|\$|£|(?<!\w)(?:euro|eur|usd|gbp))\s?\Z", re.IGNORECASE)


def find_phone(text: str) -> Span | None:
    """The first telephone number."""
    at = 0
    while found := _PHONE.search(text, at):
        kind = str(found.lastgroup)
        start = found.start() + (found[0].startswith("(") and ")" not in found[0])
        groups = list(_DIGITS.finditer(text, start, found.end()))
        end = _end(groups, *_DIGITS_OF[kind])
        if end and _is_phone(text, kind, [group for group in groups if group.end() <= end]) and not _is_amount_or_date(text, start, end):
            return start, end
        at = found.start() + 1
    return None


def find_told_phone(text: str) -> Span | None:
    """The first number after a word like `tel.`, however it begins; for what `find_phone` has left."""
    for found in _TOLD.finditer(text):
        if not _is_amount_or_date(text, *found.span("told")):
            return found.span("told")
    return None


def _end(groups: list[re.Match[str]], fewest: int, enough: int, most: int) -> int | None:
    """Where the number ends, if it has as many digits as such a number has."""
    digits = len(groups[0][0].removeprefix("00"))
    end = groups[0].end()
    for at, group in enumerate(groups[1:], start=1):
        begins_another = at > 1 and digits >= enough and group[0].startswith("0")
        if begins_another or digits + len(group[0]) > most:
            break
        digits += len(group[0])
        end = group.end()
    return end if fewest <= digits <= most else None


def _is_phone(text: str, kind: str, groups: list[re.Match[str]]) -> bool:
    """Whether groups of digits that look like a telephone number may be one: other numbers look so, too."""
    digits = "".join(group[0] for group in groups)
    if kind == "italian":
        return True
    if kind == "foreign" and not digits.startswith("00"):
        return len(digits) == 11 or not digits.startswith("1")
    if kind == "foreign" and len(digits) < 12:
        return False
    if kind == "mobile" and [len(group[0]) for group in groups] in ([9], [3, 3, 3]):
        return False
    return not is_numbered(text, groups[0].start())


def _is_amount_or_date(text: str, start: int, end: int) -> bool:
    if _DATE.match(text, start) or _AMOUNT_GOES_ON.match(text, end) or _AMOUNT_BEGINS.search(text[max(0, start - 6) : start]):
        return True
    return end - start < 13 and _THOUSANDS.fullmatch(text, start, end) is not None
