"""Requests read by a model whose outputs are written down: what becomes of them, in which context, and what is asked back."""

import pytest

from sayso.clischema import to_spec
from sayso.errors import UsageError
from sayso.runtime.interpretation import Clarification, Command
from sayso.runtime.reading import interpreter_of
from scripted import HERE, SCHEMA, Scripted

REASONS = ["command", "kind", "slots", "flags"]


@pytest.fixture
def model():
    return Scripted()


@pytest.fixture
def read(model):
    interpreter = interpreter_of(model, {"schema": to_spec(SCHEMA)})

    def read(*args, context=None, **said):
        return interpreter.interpret(model.hears(*args, **said), context)

    return read


def test_a_request_becomes_a_command_with_an_argv(read):
    answer = read("show me five open orders on the web", "order list", flags=["web"], slots=[("limit", "five"), ("state", "open")])
    assert answer.argv == ("bake", "order", "list", "--state", "open", "--limit", "5", "--web")
    assert (answer.command, answer.subcommand, answer.args, answer.flags) == ("order", "list", {"state": "open", "limit": 5}, ("web",))
    assert (answer.action, answer.risk) == ("execute", "read")
    assert set(answer.parts) == {"command", "state", "limit", "web"}


def test_what_is_pointed_at_comes_from_the_context_or_is_asked_for(read):
    said = {"command": "order cancel", "slots": [("number", "this")]}
    assert read("cancel this", context=HERE, **said).argv == ("bake", "order", "cancel", "7")
    asked = read("cancel this", context=None, **said)
    assert (asked.kind, asked.argument) == ("missing_argument", "number")
    assert "which number" in asked.message
    assert asked.suggestions[0].subcommand == "cancel"


def test_a_required_value_that_is_not_said_is_asked_for_with_what_is_known(read):
    asked = read("cancel an order, it was late", "order cancel", flags=["refund"], slots=[("why", "late")])
    assert (asked.kind, asked.argument) == ("missing_argument", "number")
    assert (asked.suggestions[0].args, asked.suggestions[0].flags) == ({"why": "late"}, ("refund",))


@pytest.mark.parametrize("kind", ["ambiguous", "several", "typo", "unclear"])
def test_what_is_no_clear_request_is_asked_back_with_suggestions(read, kind):
    asked = read("orders", "order list", kind, sure=0.6)
    assert (asked.kind, asked.suggestions[0].label) == (kind, "List orders")


def test_of_an_ambiguous_request_only_its_group_is_suggested(read):
    assert {one.command for one in read("orders", "order list", "ambiguous", sure=0.4).suggestions} == {"order"}


def test_of_what_may_be_several_commands_those_are_suggested_that_are_called_so(read):
    asked = read("list number 5", "order cancel", "several", sure=0.4)
    assert {one.subcommand for one in asked.suggestions} == {"list"}


def test_of_what_is_misspelt_those_are_suggested_that_are_nearly_called_so(read):
    assert {one.subcommand for one in read("cancle ordre", "order list", "typo", sure=0.4).suggestions} == {"cancel"}


def test_only_what_was_pointed_at_is_said_to_be_unknown_here(read):
    assert "by that" in read("cancel this", "order cancel", slots=[("number", "this")]).message
    assert "by that" not in read("cancel an order", "order cancel").message


def test_what_is_off_topic_is_told_what_the_tool_can_do(read):
    asked = read("will it rain", None, "off_topic")
    assert asked.suggestions == ()
    assert "order (work with orders)" in asked.message


def test_no_command_at_all_is_asked_back_though_it_sounds_like_a_request(read):
    assert read("bake me happy", None, "command").kind in ("off_topic", "unclear")


def test_a_command_that_it_is_hardly_sure_of_is_only_suggested(read):
    asked = read("list", "order list", sure=0.3)
    assert (asked.kind, asked.suggestions[0].label) == ("unclear", "bake order list")
    assert read("list", "order list", sure=0.6).action == "suggest"
    assert read("list", "order list", sure=0.8).action == "confirm"


def test_of_commands_that_it_hesitates_between_it_takes_the_one_of_which_nothing_is_missing(read):
    assert read("orders over there", "order cancel", sure=0.4).suggestions[0].subcommand == "list"
    assert read("stop 5", "order cancel", slots=[("number", "5")], sure=0.4).suggestions[0].subcommand == "cancel"
    assert read("orders over there", "order cancel", sure=0.97).argument == "number"


def test_of_commands_that_it_hesitates_between_it_takes_the_one_that_has_the_requests_words(read):
    assert read("which ovens are there", "order list", sure=0.3).suggestions[0].command == "oven"
    assert read("which ones are there", "order list", sure=0.3).suggestions[0].command == "order"


def test_a_flag_that_is_named_is_meant_where_the_model_has_hardly_learned_it(read):
    assert read("list orders on the web", "order list", no_flag=-3.0).flags == ("web",)
    assert read("list orders", "order list", no_flag=-3.0).flags == ()


def test_a_value_that_the_model_overlooks_is_found_by_its_shape(read):
    said = read("orders that are sold, 12 of them", "order list", value_sure=0.8)
    assert said.args == {"state": "sold", "limit": 12}
    assert 0.5 < said.parts["limit"] < 0.9


def test_a_destructive_command_is_never_executed_unasked(read):
    answer = read("cancel order 5 by force", "order cancel", flags=["force"], slots=[("number", "5")], sure=0.9999, value_sure=0.9999)
    assert (answer.risk, answer.action) == ("destructive", "confirm")


def test_of_flags_that_exclude_each_other_one_is_taken(read):
    answer = read("cancel 5", "order cancel", flags=["refund", "credit"], slots=[("number", "5")])
    assert len(answer.flags) == 1


def test_flags_and_values_of_other_commands_are_not_read(read):
    answer = read("list orders late", "order list", flags=["force"], slots=[("why", "late")])
    assert (answer.args, answer.flags) == ({}, ())


def test_a_value_that_the_schema_forbids_is_not_taken(read):
    assert read("list 900 orders", "order list", slots=[("limit", "900")]).args == {}


def test_several_values_of_one_argument_are_gathered(read):
    assert read("orders with rye and spelt", "order list", slots=[("label", "rye"), ("label", "spelt")]).args == {"label": ("rye", "spelt")}


def test_the_confidence_is_that_of_its_weakest_reasons_once_it_was_fitted(model):
    fitted = {"reasons": REASONS, "weights": [1.0, 1.0, 1.0, 0.0, -6.0], "covariance": [[0.0] * 5] * 5}
    interpreter = interpreter_of(model, {"schema": to_spec(SCHEMA), "confidence": fitted})
    sure = interpreter.interpret(model.hears("cancel 5", "order cancel", slots=[("number", "5")]))
    less = interpreter.interpret(model.hears("cancel 6", "order cancel", slots=[("number", "6")], value_sure=0.8))
    assert isinstance(sure, Command)
    assert sure.confidence > less.confidence
    assert set(sure.to_dict()) == {"type", "command", "subcommand", "args", "flags", "confidence", "action", "risk", "argv", "parts"}


@pytest.mark.parametrize(
    "text",
    ["cancel 5 and then list the others", "cancel 5, then tell Ann", "cancel 5. After that show me the rest", "cancel 5 and list ovens"],
)
def test_a_request_for_one_thing_after_another_is_not_run_unasked(read, text):
    assert read(text, "order cancel", slots=[("number", "5")], sure=0.9999, value_sure=0.9999).action == "confirm"


@pytest.mark.parametrize("text", ["don't cancel 5", "never cancel 5", "please do not cancel 5", "delete order 5"])
def test_what_the_text_itself_forbids_or_asks_to_destroy_is_not_run_unasked(read, text):
    assert read(text, "order cancel", slots=[("number", "5")], sure=0.9999, value_sure=0.9999).action == "confirm"


def test_a_negation_or_a_destroying_word_within_a_value_does_not_count(read):
    text = "cancel 5, why: do not delete"
    assert read(text, "order cancel", slots=[("number", "5"), ("why", "do not delete")], sure=0.9999, value_sure=0.9999).action == "execute"


def test_words_of_the_command_itself_behind_an_and_are_no_second_request(read):
    answer = read("cancel 5 and refund it", "order cancel", flags=["refund"], slots=[("number", "5")], sure=0.9999, value_sure=0.9999)
    assert answer.action == "execute"


def test_what_is_quoted_is_one_value(read):
    slots = [("number", "5"), ("why", "late, and")]
    assert (
        read('cancel 5 because "it was late, and cold"', "order cancel", slots=slots, value_sure=0.8).args["why"] == "it was late, and cold"
    )


def test_a_value_that_was_said_and_is_not_allowed_keeps_it_from_being_run_unasked(read):
    assert read("list 900 orders", "order list", slots=[("limit", "900")], sure=0.9999, value_sure=0.9999).action == "confirm"


def test_the_number_that_was_said_is_in_what_is_suggested(read):
    asked = read("cancel 42", "order cancel", "several", sure=0.4)
    assert {one.subcommand: dict(one.args) for one in asked.suggestions} == {"cancel": {"number": 42}}


def test_weights_that_are_uncertain_make_it_less_sure(model):
    text = model.hears("cancel 5", "order cancel", slots=[("number", "5")])
    known = {"reasons": REASONS, "weights": [1.0, 1.0, 1.0, 0.0, -6.0], "covariance": [[0.0] * 5] * 5}
    unknown = known | {"covariance": [[0.1 * (row == column) for column in range(5)] for row in range(5)]}
    sure, less = (
        interpreter_of(model, {"schema": to_spec(SCHEMA), "confidence": one}).interpret(text).confidence for one in (known, unknown)
    )
    assert 0.5 < less < sure


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_said_is_asked_back(model, text):
    asked = interpreter_of(model, {"schema": to_spec(SCHEMA)}).interpret(text)
    assert isinstance(asked, Clarification)
    assert asked.to_dict()["type"] == "clarification"


@pytest.mark.parametrize(("text", "context"), [(5, None), (None, None), (b"list", None), ("list", "here"), ("list", [1])])
def test_what_is_no_text_or_no_context_is_refused(model, text, context):
    with pytest.raises(UsageError):
        interpreter_of(model, {"schema": to_spec(SCHEMA)}).interpret(text, context)
