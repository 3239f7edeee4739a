"""Numbers with check digits: IBANs, payment cards, Italian fiscal codes and VAT numbers. What fails its check is left alone.

Each function finds the first one in a text. A pattern never looks twice at what it has passed, so that no text takes long.
"""

from __future__ import annotations

import re

Span = tuple[int, int]

START, END = r"(?<![^\W_])", r"(?![^\W_])"
"""Neither letter nor digit before; neither after."""
BLANK = " \u00a0\u202f"
"""A space, also one that does not break a line, also a narrow one."""

COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
"""How long IBANs are, and whose."""
_LENGTHS = {country: length for length, countries in COUNTRIES.items() for country in countries.split()}
_IBAN_START = re.compile(rf"{START}([A-Za-z]{{2}})[{BLANK}-]?[0-9]{{2}}(?=[{BLANK}.-]?[0-9A-Za-z])")
_IBAN_REST = {length: re.compile(rf"(?:[{BLANK}.-]?[0-9A-Za-z]){{{length - 4}}}{END}") for length in COUNTRIES}
_NOT_ALPHANUMERIC = re.compile("[^0-9A-Za-z]+")

ISSUERS = "4|5|3[046-9]|35[2-8]|6|22|2[3-6]|27[0-2]|8[12]|9792"
"""How the numbers of those begin who issue cards: four figures of years do not, and what counts seconds does not."""
_CARD = re.compile(rf"{START}(?={ISSUERS})(?=([0-9]{{4,19}}(?:[{BLANK}-][0-9]{{3,15}}){{0,5}}))")
_GROUP = re.compile("[0-9]+")
_TWICE = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_ANY_DIGIT = "[0-9LMNPQRSTUVlmnpqrstuv]"
"""A fiscal code's digit, or the letter that stands for it where two people would have the same code."""
_FISCAL_CODE = re.compile(
    rf"{START}[A-Za-z]{{3}}[{BLANK}-]?[A-Za-z]{{3}}[{BLANK}-]?{_ANY_DIGIT}{{2}}[ABCDEHLMPRSTabcdehlmprst]{_ANY_DIGIT}{{2}}"
    rf"[{BLANK}-]?[A-Za-z]{_ANY_DIGIT}{{3}}[{BLANK}-]?[A-Za-z]{END}"
)
_ODD_DIGITS = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_ODD_LETTERS = (*_ODD_DIGITS, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", _ODD_DIGITS + _ODD_LETTERS, strict=True))
"""What the first, third, fifth character and so on count in a fiscal code."""
_VAT_WORDS = r"(?:p(?:artita|art)?[\W_]{0,2}iva|vat|codice[\W_]fiscale|c\.? ?f\.?)"
_VAT_TOLD = rf"{_VAT_WORDS}{END}[^0-9\n]{{0,12}}?(?P<told>(?:IT[{BLANK}-]?)?[0-9](?:[{BLANK}.]?[0-9]){{10}})"
_VAT = re.compile(rf"{START}(?={_VAT_TOLD}{END}|(?P<italian>IT[{BLANK}-]?[0-9]{{11}}){END}|(?P<bare>[0-9]{{11}}){END})", re.IGNORECASE)


def find_iban(text: str) -> Span | None:
    """The first IBAN, in groups or not, as long as those of its country are and with the right check digits."""
    for start in _IBAN_START.finditer(text):
        length = _LENGTHS.get(start[1].upper())
        rest = _IBAN_REST[length].match(text, start.end()) if length else None
        if rest and _is_iban(_NOT_ALPHANUMERIC.sub("", text[start.start() : rest.end()])):
            return start.start(), rest.end()
    return None


def find_card(text: str) -> Span | None:
    """The first number of 13 to 19 digits, in groups or not, that begins like a card's and passes Luhn's check; as much of it as does."""
    for start in _CARD.finditer(text):
        digits, ends = "", []
        for group in _GROUP.finditer(text, *start.span(1)):
            digits += group[0]
            if len(digits) > 19:
                break
            if len(digits) >= 13 and not text[group.end() : group.end() + 1].isalnum() and is_luhn(digits):
                ends.append(group.end())
        if ends:
            return start.start(), ends[-1]
    return None


def find_fiscal_code(text: str) -> Span | None:
    """The first Italian fiscal code of a person, in whatever case; with gaps only where it has at least one digit."""
    for found in _FISCAL_CODE.finditer(text):
        code = _NOT_ALPHANUMERIC.sub("", found[0]).upper()
        gaps = len(found[0]) > len(code)
        if _is_fiscal_code(code) and not (gaps and code.isalpha()):
            return found.span()
    return None


def find_vat(text: str) -> Span | None:
    """The first Italian VAT number: with `IT` or after words that announce it, or else one that some tax office has issued."""
    for found in _VAT.finditer(text):
        kind = str(found.lastgroup)
        number = _digits(found[kind])
        if is_vat(number) and (kind != "bare" or (_has_an_office(number) and not is_numbered(text, found.start()))):
            return found.span(kind)
    return None


_THINGS = frozenset(
    word
    for words in (
        "ticket ordine order fattura invoice pratica prot protocollo rif riferimento ref id codice cod matricola serial seriale",
        "spedizione tracking case issue sentenza circolare risoluzione legge ddt",
    )
    for word in words.split()
)
_NUMBER = frozenset(("n", "nr", "num", "numero", "number", "no"))
_WORDS = re.compile(r"[\w#]+")


def is_numbered(text: str, start: int) -> bool:
    """Whether the words right before say that what is numbered here is a thing: a ticket, an order, a ruling."""
    words = _WORDS.findall(text[max(0, start - 28) : start].lower())
    if words and words[-1] in _NUMBER:
        words.pop()
    return bool(words) and (words[-1] in _THINGS or words[-1].endswith("#"))


def is_luhn(digits: str) -> bool:
    """Whether the last digit checks the others, as Luhn's rule has it."""
    backwards = [*map(int, reversed(digits))]
    return (sum(backwards[::2]) + sum(_TWICE[digit] for digit in backwards[1::2])) % 10 == 0


def is_vat(digits: str) -> bool:
    """Whether these are the eleven digits of a VAT number; its check digit is Luhn's."""
    return len(digits) == 11 and digits.strip("0") != "" and is_luhn(digits)


def _has_an_office(digits: str) -> bool:
    return 1 <= int(digits[7:10]) <= 100 or digits[7:10] in {"120", "121", "888", "999"}


def _is_iban(characters: str) -> bool:
    turned = characters[4:] + characters[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def _is_fiscal_code(code: str) -> bool:
    odd = sum(_ODD[character] for character in code[0:15:2])
    even = sum(int(character) if character.isdigit() else ord(character) - ord("A") for character in code[1:15:2])
    return chr(ord("A") + (odd + even) % 26) == code[15]


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
