import pytest

from sayso.generate.dice import Dice
from sayso.generate.slots import STYLES, Identifiers, slot_from_yaml

IDENTIFIERS = {"styles": ["snake"], "shapes": ["verb noun"], "words": {"verb": ["parse", "load"], "noun": ["config", "file"]}}


@pytest.mark.parametrize(
    ("style", "name"),
    [
        ("snake", "parse_config"),
        ("camel", "parseConfig"),
        ("pascal", "ParseConfig"),
        ("kebab", "parse-config"),
        ("upper", "PARSE_CONFIG"),
        ("dotted", "parse.config"),
        ("scoped", "Parse::config"),
        ("call", "parse_config()"),
        ("plain", "parse config"),
    ],
)
def test_an_identifier_is_written_in_its_style(style, name):
    assert STYLES[style](["parse", "config"]) == name


def test_identifiers_are_made_of_words_by_shape():
    slot = slot_from_yaml({"identifiers": IDENTIFIERS})
    assert {slot.draw(Dice(1, str(turn))) for turn in range(100)} == {"parse_config", "parse_file", "load_config", "load_file"}
    assert slot.count() == 4


def test_a_single_word_looks_alike_in_several_styles_and_is_counted_so():
    slot = Identifiers(("snake", "camel", "pascal"), (("verb",),), {"verb": ("parse", "load")})
    assert slot.count() == 4


def test_a_wildcard_has_no_values_of_its_own():
    assert slot_from_yaml({"wildcard": True}) is None


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"values": []}, "`values` is empty"),
        ({"values": [True]}, "put it in quotes"),
        ({"range": {"from": 1}}, "a range is written"),
        ({"range": {"from": 5, "to": 1}}, "holds no number"),
        ({"identifiers": {**IDENTIFIERS, "styles": ["snak"]}}, "no identifier style 'snak'; did you mean 'snake'"),
        ({"identifiers": {**IDENTIFIERS, "shapes": ["verb nown"]}}, "no words of the kind 'nown'; did you mean 'noun'"),
        ({"words": ["a"]}, "a list has `values`"),
        ("a", "a list has `values`"),
    ],
)
def test_a_list_that_is_wrong_says_how_it_is_written(entry, message):
    with pytest.raises(ValueError, match=message):
        slot_from_yaml(entry)
