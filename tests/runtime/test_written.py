"""What a language model wrote, as an answer in JSON."""

from sayso.runtime.written import UNREADABLE, answer_in_json
from scripted import HERE, SCHEMA


def test_a_command_has_its_values_by_their_types():
    answer = answer_in_json(SCHEMA, "order list state=open limit=5 +web", None)
    assert answer["args"] == {"state": "open", "limit": 5} and answer["flags"] == ["web"]


def test_what_is_pointed_at_comes_from_the_context_or_is_asked_for():
    assert answer_in_json(SCHEMA, "order cancel number=^", HERE)["args"] == {"number": 7}
    asked = answer_in_json(SCHEMA, "order cancel number=^", None)
    assert (asked["kind"], asked["argument"]) == ("missing_argument", "number")


def test_a_question_has_its_kind_and_what_is_no_answer_is_unreadable():
    assert answer_in_json(SCHEMA, "? unclear", None) == {"type": "clarification", "kind": "unclear"}
    assert answer_in_json(SCHEMA, "order list limit=many", None) is UNREADABLE
    assert answer_in_json(SCHEMA, "hello there", None) is UNREADABLE
