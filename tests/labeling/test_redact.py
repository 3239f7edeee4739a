"""What is personal goes, what is not stays: a wrong rule here costs people their privacy, or the model its data."""

import re
import string
import time
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import sayso
from sayso.errors import UsageError
from sayso.examples.rows import read_rows
from sayso.labeling.redact import Redactor
from sayso.project import Labeling

RECIPES = Path(sayso.__file__).parent / "recipes"
redact = Redactor.of({})


@pytest.mark.parametrize(
    "address",
    [
        "mario.rossi@studio.it",
        "m+iva@pec.studio-rossi.co.uk",
        "Mario_Rossi@EXAMPLE.COM",
        "nicolò@example.it",
        "a@xn--caf-dma.xn--p1ai",
        "1@b.it",
    ],
)
def test_an_email_address_goes_whole_and_nothing_beside_it(address):
    assert redact(f"scrivi a {address}.").text == "scrivi a <email>."
    assert redact(f"({address}), poi").text == "(<email>), poi"


@pytest.mark.parametrize("text", ["@mario", "mario@", "lodash@4.17.21", "user@localhost", "a @ b.it", "vitamine@home", "-@x.it"])
def test_what_has_an_at_sign_and_is_no_address_stays(text):
    assert redact(text).text == text


@pytest.mark.parametrize(
    "number",
    """333 1234567
    333 123 4567
    333 12 34 567
    333-1234567
    333/1234567
    333.123.45.67
    3331234567
    3331 234567
    06 12345678
    06 1234 5678
    (06) 12345678
    02-1234567
    0432 123456
    0432/123456
    0432.12.34.56
    0612345678
    +39 333 1234567
    +393331234567
    (+39) 333 1234567
    +39 06 1234567
    +39-0432-123456
    0039 333 1234567
    00393331234567
    +41 79 123 45 67
    +44 20 7946 0958
    +44 (0)20 7946 0958
    +33 1 76 91 01 22
    +49 30 685780
    0041 79 123 45 67
    +1 (415) 555-2671
    +14155552671
    (415) 555-2671
    415-555-2671
    415.555.2671""".splitlines(),
)
def test_a_telephone_number_goes_whole_however_it_is_written(number):
    number = number.strip()
    assert redact(f"chiama {number} domani").text == "chiama <phone> domani"
    assert redact(f"{number}.").text == "<phone>."
    assert redact(f"il mio numero: {number}, grazie").text == "il mio numero: <phone>, grazie"


def test_two_numbers_in_a_row_are_two():
    assert redact("333 1234567 06 12345678").text == "<phone> <phone>"
    assert redact("06 1234567 06 7654321").text == "<phone> <phone>"
    assert redact("0432 123456 - 333 1234567").text == "<phone> - <phone>"
    assert redact("tel 3331234567,3287654321").text == "tel <phone>,<phone>"


def test_a_short_number_is_one_where_a_word_says_so():
    assert redact("tel. 123456 oppure cell: 333 123 456, fax n. 555 0192").text == "tel. <phone> oppure cell: <phone>, fax n. <phone>"
    assert redact("stanza 123456").text == "stanza 123456"


@pytest.mark.parametrize(
    "iban",
    [
        "IT60X0542811101000000123456",
        "it60x0542811101000000123456",
        "IT60 X054 2811 1010 0000 0123 456",
        "IT 60 X 05428 11101 000000123456",
        "IT60-X054-2811-1010-0000-0123-456",
        "DE89 3704 0044 0532 0130 00",
        "GB82 WEST 1234 5698 7654 32",
        "FR14 2004 1010 0505 0001 3M02 606",
        "NO9386011117947",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    ],
)
def test_an_iban_goes_if_its_check_digits_are_right(iban):
    assert redact(f"bonifico su {iban} intestato a me").text == "bonifico su <iban> intestato a me"
    wrong = iban[:-1] + {"6": "7", "0": "1", "2": "3", "7": "8", "S": "T"}[iban[-1]]
    assert "<iban>" not in redact(wrong).text


def test_words_that_begin_like_an_iban_do_not_hide_it():
    assert redact("tr24 per favore GB82 WEST 1234 5698 7654 32").text == "tr24 per favore <iban>"


@pytest.mark.parametrize(
    "card",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4222222222222",
        "5500 0000 0000 0004",
        "2221 0000 0000 0009",
        "3782 822463 10005",
        "3056 930902 5904",
        "6011 0009 9013 9424",
        "3566 0020 2036 0505",
        "6304000000000000",
        "4000000000000000006",
    ],
)
def test_a_card_goes_if_its_check_digit_is_right(card):
    assert redact(f"pago con {card} scad. 12/27").text == "pago con <card> scad. 12/27"
    wrong = card[:-1] + str((int(card[-1]) + 1) % 10)
    assert "<card>" not in redact(wrong).text


def test_what_counts_has_the_length_of_a_card_and_is_none():
    text = "anni 2019 2020 2021 2022, alle 1732190400000, 20261121093000, 8001234567890"
    assert redact(text).text == text
    assert redact("41111111111111111111").text == "41111111111111111111"


def fiscal_code(fifteen):
    odd = dict(zip(string.digits, (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True))
    odd |= dict(
        zip(
            string.ascii_uppercase,
            (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
            strict=True,
        )
    )
    even = {c: int(c) for c in string.digits} | {c: i for i, c in enumerate(string.ascii_uppercase)}
    total = sum(odd[c] for c in fifteen[::2]) + sum(even[c] for c in fifteen[1::2])
    return fifteen + string.ascii_uppercase[total % 26]


def test_a_fiscal_code_goes_in_every_one_of_its_128_forms_and_in_any_case():
    plain, places = "RSSMRA85T10A562", (6, 7, 9, 10, 12, 13, 14)
    assert fiscal_code(plain) == "RSSMRA85T10A562S"
    for count in range(len(places) + 1):
        for changed in combinations(places, count):
            code = fiscal_code("".join("LMNPQRSTUV"[int(c)] if i in changed else c for i, c in enumerate(plain)))
            assert redact(f"cf {code}.").text == "cf <fiscal_code>."
            assert redact(f"cf {code.lower()}.").text == "cf <fiscal_code>."
            assert redact(code[:-1] + ("A" if code[-1] != "A" else "B")).found == ()


def test_a_fiscal_code_may_have_gaps_where_people_make_them():
    assert redact("RSS MRA 85T10 A562 S").text == "<fiscal_code>"
    assert redact("RSSMRA 85T10 A562S").text == "<fiscal_code>"
    assert redact("xRSSMRA85T10A562S").text == "xRSSMRA85T10A562S"


def test_a_vat_number_goes_if_its_check_digit_is_right():
    assert redact("P.IVA IT00743110157").text == "P.IVA <vat>"
    assert redact("partita iva 00743110157 e it 00743110157 e 00743110157").text == "partita iva <vat> e <vat> e <vat>"
    assert redact("p. iva: 007 4311 0157").text == "p. iva: <vat>"
    assert redact("codice fiscale 00743110157").text == "codice fiscale <vat>"
    assert redact("partita iva 00743110158, IT00743110158").found == ()


def test_eleven_digits_that_no_tax_office_issued_are_a_vat_number_only_where_a_word_says_so():
    assert redact("partita iva 12345678903").text == "partita iva <vat>"
    assert redact("pacco 12345678903").text == "pacco 12345678903"


NOT_PERSONAL = """\
DPR 633/72
D.P.R. 26 ottobre 1972, n. 633
art. 16 comma 1-bis, art. 10 n. 18)
l'articolo 7-ter del D.Lgs. 471/1997
circolare 24/E del 2020
risposta n. 123/2024 e risoluzione 45/E/2019
Cass. sez. V, sent. n. 12345 del 06/02/2024, R.G.N. 12345/2019
Regolamento (UE) 2016/679, direttiva 2006/112/CE
G.U. n. 303 del 30-12-2023
35.000 euro, 1.250.000,00 €, € 3331234567, 3331234567 euro, EUR 0612345678
333.123.456 euro e 3.331.234.567
guadagno 350 400 380 euro al mese, oppure 333 123 456
85 mila, 12,5 %, 22%, 0,5 per mille, +15,30, +35.000 euro, +10.000.000
2026-11-21, 21/11/2026, 06/02/2026, 06.02.2026, 06/02/26, 02-10-2026 10:30
dal 06/02/2026 al 06/03/2026, dalle 09:30 alle 18:00
F24 codice tributo 6099 anno 2024, 1001 1040 1712 3918
ATECO 62.01.00, ATECO 02.10.00 06.10.00
ticket 3331234567, ticket n. 0612345678, #3331234567, INC0012345678
ordine 3401234567, fattura n. 3331234567, pratica 0432123456, prot. 0123/2024, protocollo n. 0012345/2024
fattura 00743110157, rif. 415-555-2671
0012345678, 000123456789, 00123456789
CAP 00184 Roma, 20121 Milano, via Roma 12/A
192.168.1.1, 10.0.0.255, v1.2.3, Python 3.11.4, ISO 27001:2022
quadro RN rigo 12, modello 730/2024, CU 2025, LIPE 2° trimestre 2024
3 rate da 1.200 euro, 36 mesi, 120 mq, 1732190400
550e8400-e29b-41d4-a716-446655440000, da39a3ee5e6b4b0d3255bfef95601890afd80709
112, 118, 1500, 800-900"""


@pytest.mark.parametrize("text", NOT_PERSONAL.splitlines())
def test_amounts_dates_laws_and_numbers_of_things_stay(text):
    assert redact(text).text == text


def texts_of_recipes():
    for path in sorted(RECIPES.rglob("*")):
        if path.suffix == ".jsonl":
            yield from ((path, row.values["text"]) for row in read_rows(path) if isinstance(row.values.get("text"), str))
            yield from ((path, str(row.values)) for row in read_rows(path))
        elif path.suffix == ".yaml":
            yield from ((path, text) for text in strings_in(yaml.safe_load(path.read_text(encoding="utf-8"))))


def strings_in(document):
    if isinstance(document, dict):
        for key, value in document.items():
            yield from strings_in(key)
            yield from strings_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from strings_in(value)
    elif isinstance(document, str):
        yield document


def test_the_recipes_lose_nothing_but_true_addresses_and_telephone_numbers():
    found = {(path.relative_to(RECIPES).parts[0], one.kind, one.value) for path, text in texts_of_recipes() for one in redact(text).found}
    off = {
        path.name: yaml.safe_load((path / "sayso.yaml").read_text()).get("labeling", {}).get("redact", {})
        for path in RECIPES.glob("[a-z]*")
    }
    taken = {(recipe, kind, value) for recipe, kind, value in found if off[recipe].get(kind) is not False}  # numbers of runs, in gh
    assert {recipe for recipe, _, _ in taken} == {"assistant", "code-search", "gh"}  # contacts, one address to search for, repositories
    assert {kind for _, kind, _ in taken} == {"email", "phone"}
    assert all(re.search(r"\.exa[mn]ple$|@example\.com$|^git@github\.com$", value.lower()) for _, kind, value in taken if kind == "email")
    phone = re.compile(r"(?:\+|00)(?:1|33|39|44|47|49) ?[\d ]{6,}|0\d\d 555 \d{4}|555-01\d\d")
    assert [value for _, kind, value in taken if kind == "phone" and not phone.fullmatch(value)] == []


def test_what_was_found_is_told_with_its_place():
    text = "da mario@studio.it, cell. 333 1234567"
    found = redact(text).found
    assert [(one.kind, one.value) for one in found] == [("email", "mario@studio.it"), ("phone", "333 1234567")]
    assert all(text[one.start : one.end] == one.value for one in found)


def test_a_rule_that_is_off_takes_nothing():
    text = "mario@studio.it 333 1234567"
    assert Redactor.of({"phone": False}).kinds == ("email", "iban", "card", "fiscal_code", "vat")
    assert Redactor.of({"phone": False})(text).text == "<email> 333 1234567"
    assert Redactor.of(Labeling(redact=False).redact)(text).text == text
    assert Redactor.of(Labeling(redact=True).redact)(text).text == "<email> <phone>"


def test_a_project_adds_patterns_of_its_own_and_changes_known_ones():
    own = Redactor.of({"client": r"\bC-\d{4}\b", "phone": r"\bint\. \d+"})
    assert own("C-1234 mario@studio.it int. 12 333 1234567").text == "<client> <email> <phone> 333 1234567"
    assert own.kinds[-1] == "client"


def test_a_pattern_never_takes_apart_what_a_known_rule_took():
    assert Redactor.of({"rest": ".+"})("ordine 12 di mario@studio.it, oggi").text == "<rest><email><rest>"
    assert Redactor.of({"word": "[a-z]+"})("<email> e <word>").text == "<email> <word> <word>"
    assert Redactor.of({"nothing": "(?=x)"})("xx").text == "xx"


def test_a_pattern_that_is_none_is_refused_by_name():
    with pytest.raises(UsageError, match="'client' is no regular expression"):
        Redactor.of({"client": "("})


PIECES = [
    *("mario@studio.it", "@", "a.b", "333 1234567", "3331234567", "06 ", "06", "0432", "+39", "+", "00", "0039", "(", ")", "."),
    *("4111 1111 1111 1111", "4111", "1111", "IT60X0542811101000000123456", "IT60", "X054", "RSSMRA85T10A562S", "rssmra", "85t10a562s"),
    *("00743110157", "IT", "p.iva ", "tel. ", "ticket ", "n. ", "#", "€", " euro", "<email>", "<phone>", "<", ">", "12/03/2026", "1.000"),
    *(" ", "-", "/", ",", ".", "0", "1", "3", "9", "a", "é", "\u00a0", "\n", "_", "555-0192", "415-555-2671"),
]
ANYTHING = (
    st.text(max_size=80)
    | st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
    | st.text(alphabet="0123456789+-./ ()@<", max_size=60)
)


@settings(max_examples=1500)
@given(ANYTHING)
def test_redacting_twice_is_redacting_once_and_nothing_makes_it_fail(text):
    once = redact(text)
    twice = redact(once.text)
    assert (twice.text, twice.found) == (once.text, ())
    assert all(text[one.start : one.end] == one.value for one in once.found)
    assert all(one.end <= other.start for one, other in zip(once.found, once.found[1:], strict=False))


@settings(max_examples=300)
@given(ANYTHING)
def test_with_patterns_of_its_own_a_project_still_redacts_once(text):
    own = Redactor.of({"client": r"\d{3}", "word": "[a-z]{4,}"})
    assert own(own(text).text).found == ()


@pytest.mark.parametrize(
    "unit", [*PIECES, "a@", "a@a.", "06 06 ", "tel 123456 ", "3331234567.", "001.", "415-555-2671 3", "4111 ", "p.iva 0", "(0"]
)
def test_no_text_takes_long(unit):
    text = (unit * 20000)[:20000]
    seconds = []
    for _ in range(3):
        started = time.process_time()
        redact(text)
        seconds.append(time.process_time() - started)
    assert min(seconds) < 0.15  # 50 ms on a machine that does nothing else


def test_a_short_text_takes_microseconds():
    text = "ho fatturato 35.000 euro nel 2024, quanto devo versare di acconto a novembre"
    seconds = []
    for _ in range(5):
        started = time.process_time()
        for _ in range(500):
            redact(text)
        seconds.append((time.process_time() - started) / 500)
    assert min(seconds) < 150e-6  # 50 µs on a machine that does nothing else
