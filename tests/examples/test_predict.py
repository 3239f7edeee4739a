"""A file of texts, answered."""

import pyarrow.parquet as pq
import pytest

from sayso.errors import DataError, UsageError
from sayso.examples.predict import predict_file
from sayso.examples.rows import read_rows, write_rows
from sayso.runtime.load import load
from tiny_model import COMPLEXITY, write_bundle

TEXTS = ["who calls login", "hello", "", "draw the graph", "grep it"] * 120
ROWS = [{"id": number, "text": text, "note": "è"} for number, text in enumerate(TEXTS)]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(write_bundle(tmp_path_factory.mktemp("tiny") / "bundle"))


def answered(path):
    return [row.values for row in read_rows(path)]


@pytest.mark.parametrize("source", ["in.jsonl", "in.parquet"])
@pytest.mark.parametrize("out", ["out.jsonl", "out.parquet"])
def test_rows_keep_their_order_and_columns_and_get_the_models_answers(tmp_path, model, source, out):
    write_rows(tmp_path / source, ROWS)
    assert predict_file(model, tmp_path / source, tmp_path / out) == len(ROWS)
    rows = answered(tmp_path / out)
    assert [{"id": row["id"], "text": row["text"], "note": row["note"]} for row in rows] == ROWS
    assert list(rows[0]) == ["id", "text", "note", "label", "confidence", "action", "out_of_scope"]
    for row, prediction in zip(rows, model.predict(TEXTS), strict=True):
        assert (row["label"], row["confidence"], row["action"], row["out_of_scope"]) == (
            prediction.label,
            prediction.confidence,
            prediction.action,
            prediction.out_of_scope,
        )


def test_csv_and_plain_lines_work_too(tmp_path, model):
    (tmp_path / "in.txt").write_text("who calls login\n\n")
    predict_file(model, tmp_path / "in.txt", tmp_path / "out.csv")
    first, second = (tmp_path / "out.csv").read_text().splitlines()[1:]
    assert first.startswith("who calls login,FindCallers,0.9")
    assert second.endswith(",ask,True")


def test_the_text_may_have_any_name(tmp_path, model):
    write_rows(tmp_path / "in.jsonl", [{"raw_input": "who calls login"}])
    predict_file(model, tmp_path / "in.jsonl", tmp_path / "out.jsonl", text_key="raw_input")
    assert answered(tmp_path / "out.jsonl")[0]["label"] == "FindCallers"


def test_the_added_columns_may_have_a_prefix_and_the_most_likely_labels(tmp_path, model):
    write_rows(tmp_path / "in.jsonl", [{"text": "who calls login", "label": "gold"}])
    predict_file(model, tmp_path / "in.jsonl", tmp_path / "out.jsonl", prefix="model_", top=2)
    (row,) = answered(tmp_path / "out.jsonl")
    assert (row["label"], row["model_label"]) == ("gold", "FindCallers")
    assert list(row["model_scores"]) == ["FindCallers", "Visualize"]


def test_every_head_gets_columns_of_its_own(tmp_path):
    write_rows(tmp_path / "in.jsonl", [{"text": "prove the sum", "domains": ["gold"]}])
    with load(write_bundle(tmp_path / "bundle", COMPLEXITY)) as model:
        predict_file(model, tmp_path / "in.jsonl", tmp_path / "out.parquet")
    row = pq.read_table(tmp_path / "out.parquet").to_pylist()[0]
    assert row["domains"] == ["gold"]
    assert row["label"] == "hard"
    assert row["domains_labels"] == ["maths"]
    assert 0 <= row["score_value"] <= 1


def test_a_model_without_a_choice_head_adds_only_its_heads(tmp_path):
    write_rows(tmp_path / "in.jsonl", [{"text": "prove the sum"}])
    with load(write_bundle(tmp_path / "bundle", {"score": COMPLEXITY["score"]})) as model:
        predict_file(model, tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert list(answered(tmp_path / "out.jsonl")[0]) == ["text", "score_value"]


def test_a_column_of_the_input_is_never_written_over(tmp_path, model):
    write_rows(tmp_path / "in.jsonl", [{"text": "a", "label": "gold"}])
    with pytest.raises(UsageError, match="has a column 'label' already; tell the new ones apart with --prefix"):
        predict_file(model, tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"txet": "b"}, r"in.jsonl:2: there is no 'text' in this row; did you mean 'txet'\?; say where the text is with --text-key"),
        ({"text": None}, "in.jsonl:2: 'text' must be text, found None"),
        ({"text": ["b"]}, "in.jsonl:2: 'text' must be text, found"),
    ],
)
def test_a_row_without_a_text_is_named_and_nothing_is_written(tmp_path, model, row, message):
    write_rows(tmp_path / "in.jsonl", [{"text": "a"}, row])
    with pytest.raises(DataError, match=message):
        predict_file(model, tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_file_can_be_answered_in_place(tmp_path, model):
    write_rows(tmp_path / "in.jsonl", ROWS)
    predict_file(model, tmp_path / "in.jsonl", tmp_path / "in.jsonl")
    assert len(answered(tmp_path / "in.jsonl")) == len(ROWS)


def test_progress_tells_how_many_of_how_many(tmp_path, model):
    told = []
    write_rows(tmp_path / "in.jsonl", ROWS)
    predict_file(model, tmp_path / "in.jsonl", tmp_path / "out.jsonl", progress=lambda *step: told.append(step))
    assert told == [("predicting", 0, 600), ("predicting", 256, 600), ("predicting", 512, 600)]
