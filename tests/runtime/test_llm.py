"""What a language model wrote, token by token, and how sure of it it was; the writing itself is written down here."""

import pytest

from sayso.clischema.resolve import THIS
from sayso.runtime.decide import Bands
from sayso.runtime.interpret import Interpreter
from sayso.runtime.llama import Answer, Token
from sayso.runtime.llm import LlmReader
from sayso.runtime.prompt import Prompt, Prompter
from scripted import HERE, SCHEMA


class Writes:
    """Writes what it was told to, each token as likely as was said."""

    def __init__(self, *tokens, stopped=0.99):
        self.answer = Answer([Token(text.encode(), likelihood, removed) for text, likelihood, removed in tokens], stopped)

    def write(self, prompt):
        return self.answer


def proposal(*tokens, text="list five orders", **more):
    return LlmReader(Writes(*tokens, **more), Prompter(Prompt("", "", ""), SCHEMA), SCHEMA).proposal(text)


def interpreted(*tokens, text="list five orders", context=None):
    reader = LlmReader(Writes(*tokens), Prompter(Prompt("", "", ""), SCHEMA), SCHEMA)
    return Interpreter(reader, SCHEMA, Bands(0.9, 0.7, 0.5)).interpret(text, context)


LIST = [("order", 0.9, 0.0), (" list", 0.8, 0.0), (" limit", 0.7, 0.0), ("=5", 0.5, 0.0), (" +web", 0.6, 0.0)]


def test_each_part_is_as_likely_as_its_tokens_together():
    found = proposal(*LIST)
    assert found.path == ("order", "list") and found.said == {"limit": 5} and found.flags == ("web",)
    assert found.parts == {"command": pytest.approx(0.72), "limit": pytest.approx(0.35), "web": pytest.approx(0.6)}
    assert found.ranking[0] == (("order", "list"), pytest.approx(0.72))


def test_what_the_grammar_took_out_and_how_sure_the_end_was_make_it_less_sure():
    names = proposal(*LIST).names_of_reasons
    sure, less = (proposal((LIST[0][0], 0.9, removed), *LIST[1:], stopped=stopped) for removed, stopped in ((0.0, 0.99), (0.5, 0.4)))
    assert names[-2:] == ("ended", "allowed")
    assert all(one > other for one, other in zip(sure.reasons[-2:], less.reasons[-2:], strict=True))


def test_a_question_that_was_written_is_asked_however_unsure_the_model_was():
    assert proposal(("? ", 0.2, 0.0), ("unclear", 0.3, 0.0)).kinds["unclear"] == pytest.approx(0.06)
    assert interpreted(("? ", 0.2, 0.0), ("unclear", 0.3, 0.0)).kind == "unclear"


def test_what_is_pointed_at_comes_from_the_context_or_is_asked_for():
    tokens = [("order cancel", 0.99, 0.0), (" number=^", 0.99, 0.0)]
    assert proposal(*tokens).said == {"number": THIS}
    assert interpreted(*tokens, text="cancel it", context=HERE).args == {"number": 7}
    assert interpreted(*tokens, text="cancel it").argument == "number"


def test_an_answer_that_cannot_be_read_is_a_question():
    assert interpreted(("orders, please", 0.99, 0.0)).kind == "unclear"


def test_a_value_that_the_schema_does_not_allow_is_never_executed():
    answer = interpreted(("order list", 1.0, 0.0), (" limit=999", 1.0, 0.0))
    assert getattr(answer, "action", "ask") != "execute"


def test_free_text_that_nobody_has_said_is_never_executed():
    tokens = [("order cancel number=5 why=late", 0.9999, 0.0)]
    assert proposal(*tokens, text="cancel order 5, it was Late").doubtful is False
    assert proposal(*tokens, text="cancel order 5").doubtful is True
