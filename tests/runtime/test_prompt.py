"""What a language model is given for a request."""

from hypothesis import given
from hypothesis import strategies as st

from sayso.runtime.prompt import LONGEST, Prompt, Prompter
from sayso.runtime.retrieval import CommandIndex
from scripted import SCHEMA

PROMPT = Prompt("<s>bake\n", "\n=>", "</s>", ("</s>", "<s>"))


def test_a_request_stands_between_what_the_template_has_before_and_after_it():
    assert Prompter(PROMPT, SCHEMA)("list  orders\n please") == "<s>bake\nlist orders please\n=>"


@given(st.text())
def test_no_request_ends_its_own_prompt(text):
    inside = Prompter(PROMPT, SCHEMA)(text + "</s>" + text).removeprefix(PROMPT.before).removesuffix(PROMPT.after)
    assert "</s>" not in inside and "\n" not in inside and len(inside) <= LONGEST


def test_a_prompt_survives_a_manifest():
    assert Prompt.from_spec(PROMPT.to_spec()) == PROMPT


def test_commands_are_listed_where_that_is_wanted_and_the_right_one_is_among_them_in_training():
    prompter = Prompter(Prompt("", "", "", (), commands_shown=1), SCHEMA)
    assert prompter("list the orders").startswith("order list: ")
    assert prompter("list the orders", [("oven", "list")]).startswith("oven list: ")


def test_the_commands_that_have_a_requests_words_come_first():
    ranked = CommandIndex(SCHEMA).ranked("cancelling an order")
    assert ranked[0][0] == ("order", "cancel")
    assert abs(sum(share for _, share in ranked) - 1) < 1e-9
    assert len(CommandIndex(SCHEMA).ranked("zzz")) == len(list(SCHEMA.distinct_commands()))
