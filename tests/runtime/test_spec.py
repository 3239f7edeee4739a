"""A spec that cannot be used is refused with the part that is wrong."""

import pytest

from sayso.errors import BundleError
from sayso.runtime.spec import parse_spec
from tiny_model import COMPLEXITY, INTENT, spec_of


def test_a_spec_tells_heads_bands_and_length():
    spec = parse_spec(spec_of(COMPLEXITY))
    assert list(spec.heads) == ["score", "tier", "domains"]
    assert spec.main_head == "tier"
    assert spec.heads["domains"].thresholds == (0.6, 0.6)
    assert (spec.max_length, spec.bands.confirm) == (32, 0.7)


def test_a_spec_without_choice_heads_has_no_main_head():
    assert parse_spec(spec_of({"score": {"type": "score", "output": "score"}})).main_head is None


def test_keys_of_later_versions_are_passed_over():
    assert parse_spec(spec_of({"intent": INTENT | {"colour": "red"}}, later=1)).main_head == "intent"


def without(key):
    spec = spec_of()
    del spec[key]
    return spec


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (spec_of(format=2), "has format 2 and this version of sayso reads format 1"),
        (without("format"), "has format None"),
        (spec_of({}), "names no heads"),
        (without("max_length"), "lacks 'max_length'; build it again"),
        (spec_of(bands={"execute": 0.9, "confirm": 0.7}), "lacks 'suggest'"),
        (spec_of(max_length=0), "0 stands where a number above 0 is needed"),
        (spec_of({"intent": INTENT | {"type": "guess"}}), "head 'intent' has the unknown type 'guess'"),
        (spec_of({"intent": INTENT | {"temperature": 0}}), "0 stands where a number above 0"),
        (spec_of({"intent": INTENT | {"temperature": float("nan")}}), "nan stands where a number"),
        (spec_of({"intent": INTENT | {"temperature": "warm"}}), "'warm' stands where a number"),
        (spec_of({"intent": INTENT | {"labels": ["a", "a"]}}), "needs labels that differ"),
        (spec_of({"intent": INTENT | {"fallback": "Other"}}), "falls back to 'Other', which is none of its labels"),
        (spec_of({"intent": INTENT | {"out_of_scope": {"method": "dice", "threshold": 1}}}), "out-of-scope method 'dice'"),
        (spec_of({"tags": COMPLEXITY["domains"] | {"thresholds": [0.5]}}), "has 2 labels and 1 thresholds"),
        (spec_of({"intent": "choice"}), "cannot be used"),
    ],
)
def test_a_spec_that_cannot_be_used_says_where(spec, message):
    with pytest.raises(BundleError) as error:
        parse_spec(spec)
    assert message in str(error.value)
