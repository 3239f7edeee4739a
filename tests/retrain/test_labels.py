"""What people said of texts: the last word on each counts, and what nobody can have meant is refused."""

import json

import pytest

from sayso.errors import DataError
from sayso.project import Head
from sayso.retrain.labels import is_label, labels_in, labels_of, last_words

HEADS = {
    "intent": Head.model_validate({"type": "choice", "labels": ["buy", "hours", "other"]}),
    "tone": Head.model_validate({"type": "choice", "labels": ["kind", "rude"]}),
}


def labels(*rows, weight=1.0):
    return last_words([labels_of("export", rows, HEADS)], weight)


def said(text, label, **more):
    return {"text": text, "intent": label, **more}


def test_both_formats_of_a_file_are_read(tmp_path):
    path = tmp_path / "export.jsonl"
    path.write_text('{"text": "bread", "label": "buy"}\n{"text": "open?", "intent": "hours", "tone": "rude"}\n')
    rows = last_words([labels_in(path, HEADS)], 1).rows
    assert [row.labels for row in rows] == [{"intent": "buy"}, {"intent": "hours", "tone": "rude"}]


def test_a_label_that_the_project_does_not_know_is_refused_with_file_line_and_the_nearest(tmp_path):
    path = tmp_path / "export.jsonl"
    path.write_text('{"text": "bread", "label": "buy"}\n{"text": "open?", "label": "hour"}\n')
    with pytest.raises(DataError, match=r"export.jsonl:2: 'hour' is not a label of 'intent'; did you mean 'hours'\?"):
        last_words([labels_in(path, HEADS)], 1)


def test_a_label_from_elsewhere_is_refused_by_the_number_of_its_row():
    with pytest.raises(DataError, match=r"the server:2: 'by' is not a label of 'intent'; did you mean 'buy'\?"):
        last_words([labels_of("the server", [said("a", "buy"), said("b", "by")], HEADS)], 1)


def test_the_last_word_on_a_text_counts_however_it_is_written():
    found = labels(said("bread?", "other"), said("open", "hours"), said("Bread", "buy"), said("open!", "hours"))
    assert [(row.text, row.labels["intent"]) for row in found.rows] == [("Bread", "buy"), ("open!", "hours")]
    assert (found.given, found.repeated, found.changed) == (4, 2, 1)


def test_what_was_said_of_another_head_of_the_text_stays():
    found = labels(said("bread", "buy"), {"text": "bread", "tone": "kind"})
    assert found.rows[0].labels == {"intent": "buy", "tone": "kind"}
    assert found.changed == 0


def test_a_later_file_has_the_last_word_and_each_file_is_counted():
    given = [labels_of("march", [said("bread", "other"), said("open", "hours")], HEADS), labels_of("april", [said("bread", "buy")], HEADS)]
    found = last_words(given, 1)
    assert {row.text: row.labels["intent"] for row in found.rows} == {"open": "hours", "bread": "buy"}
    assert found.origins == {"march": 2, "april": 1}


def test_rows_keep_id_and_source_and_weigh_as_the_project_says():
    rows = labels(
        said("bread", "buy", id="7", weight=3), said("open", "hours", source="phone"), said("hm", "other", source="label"), weight=2
    ).rows
    assert [(row.weight, row.source) for row in rows] == [(6, "label"), (2, "label:phone"), (2, "label")]
    assert rows[0].id == "7"
    assert all(map(is_label, rows))


def test_what_is_learned_from_is_known_by_its_digest():
    one, same, other = (labels(said("bread", label)) for label in ("buy", "buy", "other"))
    assert one.digest == same.digest != other.digest


def test_columns_that_an_export_adds_do_no_harm():
    row = said("bread", "buy", labelled_by="ann", labelled_at="2026-01-01", predicted="other", confidence=0.4, sampling_weight=50)
    assert labels(json.loads(json.dumps(row))).rows[0].weight == 1
