"""What a program can rely on when it calls a model."""

import json
import math
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.errors import BundleError, UsageError
from sayso.runtime.load import load
from sayso.runtime.model import Model
from tiny_model import CODE_SEARCH, INPUTS, INTENT, INTENTS, spec_of, write_bundle

STRANGE = {
    "empty": "",
    "blanks": " \t\r\n\u00a0\u2003",
    "NUL bytes": "who\0calls\0login",
    "only NUL bytes": "\0\0\0",
    "control characters": "\x01\x02\x1b[31mwho calls\x7f",
    "emoji": "👩‍👩‍👧‍👦 who calls 🚀",
    "right to left": "\u202eمن يستدعي login",
    "a lone surrogate": "who calls \ud800 login",
    "a pair of surrogates": "who calls \ud83d\ude80",
    "a byte order mark": "\ufeffwho calls login",
    "one word of 100 kB": "x" * 100_000,
    "100 kB of words": "who calls login " * 6_250,
    "not a character": "\uffff\U0010ffff",
}

any_text = st.text(st.characters(exclude_categories=()), max_size=200) | st.text("who calls draw index \0\ud800\t", max_size=40)


def test_a_text_gets_the_label_its_words_point_at(model):
    prediction = model.predict("who calls login")
    assert prediction.label == "FindCallers"
    assert prediction.action == "execute"
    assert prediction.confidence == prediction.scores["FindCallers"] > 0.9
    assert not prediction.out_of_scope


def test_the_answer_is_also_found_under_its_heads_name(model):
    prediction = model.predict("draw the graph")
    assert prediction.heads["intent"].label == prediction.label == "Visualize"
    assert prediction.heads["intent"].scores == prediction.scores


def test_scores_name_every_label_and_begin_with_the_most_likely(model):
    scores = model.predict("draw the graph").scores
    assert set(scores) == set(model.labels) == set(INTENTS)
    assert list(scores.values()) == sorted(scores.values(), reverse=True)


def test_a_list_of_texts_gives_a_list_of_answers_in_the_same_order(model):
    texts = ["grep it", "who calls login", "grep it for the text of the index"] * 20
    predictions = model.predict(texts)
    assert [p.label for p in predictions[:2]] == ["TextSearch", "FindCallers"]
    assert predictions == [model.predict(text) for text in texts]


def test_no_texts_give_no_answers(model):
    assert model.predict([]) == []
    assert model.logits([])["intent"].shape == (0, 8)


def test_tuples_and_generators_of_texts_will_do(model):
    assert [p.label for p in model.predict(text for text in ("grep it", "hello"))] == ["TextSearch", "Ambiguous"]


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_strange_texts_get_an_answer(model, three_heads, text):
    for one in (model, three_heads):
        prediction = one.predict(text)
        assert prediction == one.predict(["who calls", text])[1]
        assert prediction.label in one.labels
        assert math.isclose(sum(prediction.scores.values()), 1, abs_tol=1e-9)
        json.dumps(prediction.to_dict(), allow_nan=False)


@pytest.mark.parametrize("text", ["", "  ", "\n", "\0", "\u200b\ufeff"])
def test_a_text_without_words_is_out_of_scope_and_asks_with_the_fallback_label(model, text):
    prediction = model.predict(text)
    assert (prediction.label, prediction.action, prediction.out_of_scope) == ("Ambiguous", "ask", True)
    assert prediction.confidence == prediction.scores["Ambiguous"]


def test_a_text_without_words_gets_the_most_likely_label_where_there_is_no_fallback(three_heads):
    prediction = three_heads.predict("")
    assert (prediction.label, prediction.action, prediction.out_of_scope) == (next(iter(prediction.scores)), "ask", True)


def test_a_surrogate_pair_reads_as_the_character_it_stands_for(model):
    assert model.predict("who calls \ud83d\ude80") == model.predict("who calls 🚀")


@given(st.lists(any_text, min_size=1, max_size=4))
def test_whatever_the_text_probabilities_add_up_and_a_list_answers_like_each_text_alone(model, texts):
    together = model.predict(texts)
    assert together == [model.predict(text) for text in texts]
    for prediction in together:
        assert prediction.label in INTENTS
        assert prediction.action in {"execute", "confirm", "suggest", "ask"}
        assert math.isclose(sum(prediction.scores.values()), 1, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        (5, "expected a text or a list of texts, not int: 5"),
        (None, "not NoneType"),
        (b"bytes", "not bytes: b'bytes'"),
        ({"text": "x"}, "not dict"),
        (["fine", None], "item 1 of the list is NoneType, not text"),
    ],
)
def test_what_is_no_text_is_refused_and_shown(model, given_, message):
    with pytest.raises(UsageError) as error:
        model.predict(given_)
    assert message in str(error.value)


def test_logits_of_a_single_text_are_wrong_usage(model):
    with pytest.raises(UsageError, match="expected a text or a list of texts, not str"):
        model.logits("who calls login")


def test_logits_are_what_the_graph_said_before_temperature(model_with):
    model = model_with(temperature=4.0)
    logits = model.logits(["who calls login"])["intent"]
    powers = np.exp(logits.astype(np.float64) / 4)[0]
    assert logits.shape == (1, 8)
    assert model.predict("who calls login").confidence == pytest.approx((powers / powers.sum()).max())


def test_a_higher_temperature_is_less_sure_of_the_same_label(model, model_with):
    sure, unsure = model.predict("who calls login"), model_with(temperature=4.0).predict("who calls login")
    assert sure.label == unsure.label
    assert sure.confidence > unsure.confidence


def test_what_is_out_of_scope_is_asked_however_sure_the_model_is(model_with):
    prediction = model_with(out_of_scope={"method": "energy", "threshold": 1e6}).predict("who calls login")
    assert prediction.out_of_scope
    assert prediction.confidence > 0.9
    assert prediction.action == "ask"


@pytest.mark.parametrize("method", ["energy", "max_logit"])
def test_a_text_above_the_threshold_is_in_scope(model_with, method):
    model = model_with(out_of_scope={"method": method, "threshold": 3.0})
    assert not model.predict("who calls").out_of_scope
    assert model.predict("zzz").out_of_scope


def test_the_fallback_label_is_asked_however_sure_the_model_is(model):
    prediction = model.predict("hello")
    assert (prediction.label, prediction.action, prediction.out_of_scope) == ("Ambiguous", "ask", False)
    assert prediction.confidence > 0.9


def test_the_conformal_set_grows_with_doubt_and_always_has_the_label(model_with):
    model = model_with(conformal={"alpha": 0.1, "threshold": 0.9})
    sure, unsure = model.predict("who calls"), model.predict("callers graph")
    assert sure.set == ("FindCallers",)
    assert set(unsure.set) == {"FindCallers", "Visualize"}
    assert unsure.set[0] == unsure.label


def test_without_a_conformal_threshold_the_set_is_empty(model):
    assert model.predict("who calls").set == ()


def test_every_kind_of_head_answers_in_its_own_way(three_heads):
    heads = three_heads.predict("prove the sum in code").heads
    assert heads["tier"].label == "hard"
    assert 0 <= heads["score"].value <= 1
    assert set(heads["domains"].scores) == {"coding", "maths"}
    assert set(heads["domains"].labels) == {tag for tag, score in heads["domains"].scores.items() if score >= 0.6} != set()


def test_a_model_without_a_choice_head_has_no_label_and_asks(tmp_path):
    model = load(write_bundle(tmp_path / "bundle", {"score": {"type": "score", "output": "score"}}))
    prediction = model.predict("who calls login")
    assert (prediction.label, prediction.confidence, prediction.scores, prediction.action) == (None, 0.0, {}, "ask")
    assert model.labels == ()
    assert prediction.to_dict()["heads"]["score"]["value"] == prediction.heads["score"].value


def test_a_text_is_cut_at_the_longest_length_and_never_padded(tmp_path):
    model = load(write_bundle(tmp_path / "bundle", max_length=5))
    assert model.predict("who calls who draw draw draw draw draw") == model.predict("who calls who")


@pytest.mark.parametrize("inputs", [("input_ids",), ("input_ids", "attention_mask"), INPUTS])
def test_a_graph_is_given_the_inputs_it_declares(tmp_path, inputs):
    assert load(write_bundle(tmp_path / "bundle", inputs=inputs)).predict("who calls").label == "FindCallers"


def test_eight_threads_get_the_answers_that_one_gets(model):
    texts = ["who calls login", "grep it", "hello", "", "draw a graph of the path", "index status"] * 50
    alone = model.predict(texts)
    start = threading.Barrier(8)

    def ask(_):
        start.wait()
        return [model.predict(text) for text in texts]

    with ThreadPoolExecutor(8) as pool:
        assert all(answers == alone for answers in pool.map(ask, range(8)))


def test_more_threads_give_the_same_answers_in_the_same_order(tmp_path, model):
    texts = [f"{word} {number}" for number in range(200) for word in ("grep", "who", "draw")]
    with load(write_bundle(tmp_path / "bundle"), threads=3) as parallel:
        assert parallel.predict(texts) == model.predict(texts)
        assert parallel.predict("grep") == model.predict("grep")


def test_no_threads_are_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="threads must be 1 or more, not 0"):
        load(write_bundle(tmp_path / "bundle"), threads=0)


def test_a_closed_model_says_so(tmp_path):
    with load(write_bundle(tmp_path / "bundle")) as model:
        assert model.predict("hello").label == "Ambiguous"
    with pytest.raises(UsageError, match="this model was closed; load it again"):
        model.predict("hello")


def _model(folder, spec):
    return Model(spec, folder / "model.onnx", folder / "tokenizer.json")


def test_a_graph_that_does_not_fit_the_spec_is_refused_when_it_is_loaded(tmp_path):
    folder = write_bundle(tmp_path / "bundle")
    with pytest.raises(BundleError, match="no output 'other'; export the model again"):
        _model(folder, spec_of({"intent": INTENT | {"output": "other"}}))
    with pytest.raises(BundleError, match="head 'intent' needs 2 numbers, this graph gives 8"):
        _model(folder, spec_of({"intent": INTENT | {"labels": ["a", "Ambiguous"]}}))


def test_a_graph_with_an_input_nobody_knows_is_refused(tmp_path):
    folder = write_bundle(tmp_path / "bundle")
    other = write_bundle(tmp_path / "other", inputs=(*INPUTS, "position_ids"))
    (other / "model.onnx").replace(folder / "model.onnx")
    with pytest.raises(BundleError, match=r"wants tensor\(int64\) 'position_ids'; a runtime gives int64 input_ids"):
        _model(folder, spec_of(CODE_SEARCH))


@pytest.mark.parametrize(("name", "message"), [("model.onnx", "cannot load this graph"), ("tokenizer.json", "this is not a tokenizer")])
def test_a_file_of_something_else_is_named(tmp_path, name, message):
    folder = write_bundle(tmp_path / "bundle")
    (folder / name).write_bytes(b"{}")
    with pytest.raises(BundleError, match=message) as error:
        _model(folder, spec_of())
    assert str(folder / name) in str(error.value)


def test_a_graph_that_answers_no_numbers_is_refused(tmp_path):
    folder = write_bundle(tmp_path / "bundle")
    graph = onnx.load(folder / "model.onnx")
    graph.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(np.full((99, 8), np.nan, np.float32), "embeddings"))
    onnx.save(graph, folder / "model.onnx")
    model = _model(folder, spec_of())
    with pytest.raises(BundleError, match="no number; export the model again"):
        model.predict("who calls")
