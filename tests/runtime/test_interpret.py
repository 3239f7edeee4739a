"""Requests read by a model whose outputs are written down: what becomes of them, in which context, and what is asked back."""

import pytest

from sayso.clischema import to_spec
from sayso.errors import UsageError
from sayso.runtime.interpret import Interpreter, whole_words
from sayso.runtime.interpretation import Clarification, Command
from sayso.runtime.spans import Mark
from scripted import HERE, SCHEMA, Scripted


@pytest.fixture
def model():
    return Scripted()


@pytest.fixture
def read(model):
    interpreter = Interpreter(model, {"schema": to_spec(SCHEMA)})

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
    asked = read("list", "order list", sure=0.4)
    assert (asked.kind, asked.suggestions[0].label) == ("unclear", "bake order list")
    assert read("list", "order list", sure=0.6).action == "suggest"
    assert read("list", "order list", sure=0.8).action == "confirm"


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
    fitted = {"weights": [1.0, 1.0, 1.0, 0.0, -6.0], "covariance": [[0.0] * 5] * 5}
    interpreter = Interpreter(model, {"schema": to_spec(SCHEMA), "confidence": fitted})
    sure = interpreter.interpret(model.hears("cancel 5", "order cancel", slots=[("number", "5")]))
    less = interpreter.interpret(model.hears("cancel 6", "order cancel", slots=[("number", "6")], value_sure=0.8))
    assert isinstance(sure, Command)
    assert sure.confidence > less.confidence
    assert set(sure.to_dict()) == {"type", "command", "subcommand", "args", "flags", "confidence", "action", "risk", "argv", "parts"}


@pytest.mark.parametrize("text", ["don't cancel 5", "never cancel 5", "please do not cancel 5", "delete order 5"])
def test_what_the_text_itself_forbids_or_asks_to_destroy_is_not_run_unasked(read, text):
    assert read(text, "order cancel", slots=[("number", "5")], sure=0.9999, value_sure=0.9999).action == "confirm"


def test_a_negation_or_a_destroying_word_within_a_value_does_not_count(read):
    text = "cancel 5, why: do not delete"
    assert read(text, "order cancel", slots=[("number", "5"), ("why", "do not delete")], sure=0.9999, value_sure=0.9999).action == "execute"


def test_what_is_quoted_is_one_value(read):
    slots = [("number", "5"), ("why", "late, and")]
    assert read('cancel 5 because "it was late, and cold"', "order cancel", slots=slots).args["why"] == "it was late, and cold"


def test_a_value_that_was_said_and_is_not_allowed_keeps_it_from_being_run_unasked(read):
    assert read("list 900 orders", "order list", slots=[("limit", "900")], sure=0.9999, value_sure=0.9999).action == "confirm"


def test_the_number_that_was_said_is_in_what_is_suggested(read):
    asked = read("cancel 42", "order cancel", "several", sure=0.4)
    assert {one.subcommand: dict(one.args) for one in asked.suggestions} == {"cancel": {"number": 42}}


def test_weights_that_are_uncertain_make_it_less_sure(model):
    text = model.hears("cancel 5", "order cancel", slots=[("number", "5")])
    known = {"weights": [1.0, 1.0, 1.0, 0.0, -6.0], "covariance": [[0.0] * 5] * 5}
    unknown = known | {"covariance": [[0.1 * (row == column) for column in range(5)] for row in range(5)]}
    sure, less = (Interpreter(model, {"schema": to_spec(SCHEMA), "confidence": one}).interpret(text).confidence for one in (known, unknown))
    assert 0.5 < less < sure


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_said_is_asked_back(model, text):
    asked = Interpreter(model, {"schema": to_spec(SCHEMA)}).interpret(text)
    assert isinstance(asked, Clarification)
    assert asked.to_dict()["type"] == "clarification"


@pytest.mark.parametrize(("text", "context"), [(5, None), (None, None), (b"list", None), ("list", "here"), ("list", [1])])
def test_what_is_no_text_or_no_context_is_refused(model, text, context):
    with pytest.raises(UsageError):
        Interpreter(model, {"schema": to_spec(SCHEMA)}).interpret(text, context)


@pytest.mark.parametrize(
    ("text", "marked", "found"),
    [
        ("merge feature/login now", "login", "feature/login"),
        ("clone to ~/play/kit.", "play", "~/play/kit"),
        ("cancel #42, please", "42", "42"),
        ("by alice's team", "alice", "alice"),
        ("call it 'so-so'.", "so", "so-so"),
        ("title: What now?", "What now?", "What now?"),
        ("tag v4.0.0.", "v4", "v4.0.0"),
    ],
)
def test_a_value_is_never_half_a_word(text, marked, found):
    start = text.index(marked)
    assert whole_words(text, Mark("x", start, start + len(marked))) == found
