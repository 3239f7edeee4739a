"""Labelled rows come back from a file as they went into it, and a spreadsheet runs none of them."""

import csv
import io
import json

import psutil
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sayso.errors import DataError, SaysoError, UsageError
from sayso.labeling.files import read_labelled, write_csv, write_jsonl
from sayso.labeling.labels import HeadLabels, LabelSets, UnknownLabel

ONE = LabelSets({"intent": HeadLabels("choice", ("buy", "hours", "other"))}, "intent")
THREE = LabelSets(
    {
        "tier": HeadLabels("choice", ("short", "long")),
        "domains": HeadLabels("tags", ("code", "math", "=sum")),
        "score": HeadLabels("score", ()),
    },
    "tier",
)
WRITERS = {"jsonl": write_jsonl, "csv": write_csv}

texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30).filter(lambda text: text.strip() and "\0" not in text)
formulas = st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "\t", "\r", "'=", "''-", " =", "＝", "'", "\n"]), texts)
answers = st.fixed_dictionaries(
    {},
    optional={
        "tier": st.sampled_from(["short", "long"]),
        "domains": st.lists(st.sampled_from(["code", "math", "=sum"]), unique=True).map(sorted),
        "score": st.floats(0, 1),
    },
).filter(bool)
rows = st.builds(
    lambda text, answer, source: {"text": text, **answer, "id": "item-1", "source": source}, texts | formulas, answers, texts | formulas
)


def written(kind, given_rows, sets, dialect="sayso"):
    return b"".join(WRITERS[kind](given_rows, sets, dialect))


def read(content, sets=ONE, name="labels.jsonl"):
    return list(read_labelled(io.BytesIO(content), sets, name))


@pytest.mark.parametrize("kind", WRITERS)
@given(given_rows=st.lists(rows, max_size=6))
@example([{"text": "'=1+1", "tier": "long", "id": "item-1", "source": "=cmd|' /C calc'!A0"}])
@settings(max_examples=150)
def test_what_is_written_is_read_back_exactly(kind, given_rows):
    back = read(written(kind, given_rows, THREE), THREE, f"labels.{kind}")
    domains = THREE.heads["domains"].labels
    expected = [row | ({"domains": sorted(row["domains"], key=domains.index)} if "domains" in row else {}) for row in given_rows]
    assert [{"text": row.text, **row.answer, **row.other} for row in back] == expected


@given(given_rows=st.lists(rows, min_size=1, max_size=4))
@settings(max_examples=100)
def test_no_cell_begins_like_a_formula(given_rows):
    content = written("csv", given_rows, THREE).decode()
    for fields in csv.reader(io.StringIO(content, newline="")):
        assert not any(field.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for field in fields)
        assert not any(field.startswith(("\t", "\r", "\n")) for field in fields)


@pytest.mark.parametrize("kind", WRITERS)
def test_text_and_label_alone(kind):
    content = written(kind, [{"text": "è, ok", "intent": "buy", "id": "item-1", "seen": 3}], ONE, "label")
    expected = '{"text": "è, ok", "label": "buy"}\n' if kind == "jsonl" else 'text,label\r\n"è, ok",buy\r\n'
    assert content.decode() == expected
    assert read(content, ONE, f"labels.{kind}")[0].answer == {"intent": "buy"}


def test_text_and_label_leave_out_what_says_nothing_of_the_main_head():
    assert (
        written("jsonl", [{"text": "a", "score": 0.5}, {"text": "b", "tier": "long"}], THREE, "label")
        == b'{"text": "b", "label": "long"}\n'
    )


def test_text_and_label_need_a_head_of_one_label():
    with pytest.raises(UsageError, match="no head of this project has one label a text"):
        written("jsonl", [], LabelSets({"score": HeadLabels("score", ())}, None), "label")


def test_half_a_surrogate_pair_does_not_stop_an_export():
    row = {"text": "a\ud800", "intent": "buy"}
    assert read(written("jsonl", [row], ONE))[0].text == "a\ud800"
    assert read(written("csv", [row], ONE), ONE, "a.csv")[0].text == "a?"


@pytest.mark.parametrize("kind", WRITERS)
def test_nothing_gives_nothing(kind):
    assert read(written(kind, [], ONE), ONE, f"labels.{kind}") == []


def test_rows_that_nobody_labelled_have_no_answer():
    found = read(b'text,label,id\na,,7\nb,buy,8\n"c",,\n', ONE, "labels.csv")
    assert [(row.text, row.answer, row.other, row.line) for row in found] == [
        ("a", None, {"id": "7"}, 2),
        ("b", {"intent": "buy"}, {"id": "8"}, 3),
        ("c", None, {}, 4),
    ]


@pytest.mark.parametrize("content", [b"text;label\r\na;buy\r\n", b"text\tlabel\na\tbuy\n", b"\xef\xbb\xbftext,label\na,buy"])
def test_what_spreadsheets_make_of_csv_is_read(content):
    assert [(row.text, row.answer) for row in read(content, ONE, "labels.csv")] == [("a", {"intent": "buy"})]


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert read(b'\xef\xbb\xbf{"text": "a", "label": "buy"}\r\n')[0].text == "a"


@pytest.mark.parametrize(
    ("content", "name", "error", "message"),
    [
        (b'{"text": "a", "label": "buy"}\n{"text": "a", "label": "buz"}', "f.jsonl", UnknownLabel,
         r"f\.jsonl:2: 'buz' is not a label of 'intent'; did you mean 'buy'\?"),
        (b"text,label\na,buy\nb,byu\n", "f.csv", UnknownLabel, r"f\.csv:3: 'byu' is not a label of 'intent'; did you mean 'buy'\?"),
        (b'{"text": "a", "intent": ["buy"]}', "f.jsonl", UnknownLabel, r"f\.jsonl:1: \['buy'\] is not a label"),
        (b'{"label": "buy"}', "f.jsonl", DataError, r"f\.jsonl:1: the key `text` is missing"),
        (b'{"text": " ", "label": "buy"}', "f.jsonl", DataError, r"f\.jsonl:1: `text` is empty"),
        (b"text,label\na,buy,x\n", "f.csv", DataError, r"f\.csv:2: this row has 3 fields, the header has 2"),
        (b"[1]", "f.jsonl", DataError, r"f\.jsonl:1: a row is an object"),
        (b"caf\xe9", "f.jsonl", DataError, r"f\.jsonl:1: this line is not UTF-8 text"),
        (b"x", "f.xlsx", UsageError, r"f\.xlsx: the name of this file ends in none of"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_with_file_and_line(content, name, error, message):
    with pytest.raises(error, match=message):
        read(content, ONE, name)


def test_a_file_on_disk_is_read_too(tmp_path):
    (tmp_path / "labels.csv").write_bytes(b"text,tier,domains,score\na,long,code;math,0.25\n")
    (row,) = read_labelled(tmp_path / "labels.csv", THREE)
    assert row.answer == {"tier": "long", "domains": ["code", "math"], "score": 0.25}
    with pytest.raises(DataError, match=r"no\.csv: this file is missing"):
        list(read_labelled(tmp_path / "no.csv", THREE))


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
@given(content=st.binary(max_size=120))
@settings(max_examples=100)
def test_any_bytes_are_read_or_refused_but_never_crash(name, content):
    try:
        read(content, THREE, name)
    except SaysoError as error:
        assert name in str(error)


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["text", "tier", "domains", "score", "label"]), x),
    )
)
@example(value={"text": "a", "label": []})
@settings(max_examples=100)
def test_any_json_is_read_or_refused_but_never_crashes(value):
    try:
        read(json.dumps(value).encode(), THREE)
    except SaysoError as error:
        assert "labels.jsonl" in str(error)


def test_a_column_that_comes_late_is_refused_rather_than_lost():
    with pytest.raises(DataError, match="row 2 has a key 'notes' that the first row lacks; write JSONL instead"):
        written("csv", [{"text": "a", "intent": "buy"}, {"text": "b", "intent": "buy", "notes": "?"}], ONE)


@pytest.mark.slow
@pytest.mark.parametrize("kind", WRITERS)
def test_a_million_rows_go_out_and_come_back_in_flat_memory(kind, tmp_path):
    path, memory = tmp_path / f"labels.{kind}", psutil.Process().memory_info
    million = ({"text": f"=text number {n}, with some words", "intent": "buy", "id": f"item-{n}", "seen": n % 7} for n in range(1_000_000))
    before = most = memory().rss
    with open(path, "wb") as stream:
        for piece in WRITERS[kind](million, ONE):
            stream.write(piece)
            most = max(most, memory().rss)
    for number, row in enumerate(read_labelled(path, ONE)):
        if number % 10_000 == 0:
            most = max(most, memory().rss)
            assert row.text == f"=text number {number}, with some words"
    assert number == 999_999
    assert most - before < 30 << 20


def test_a_row_whose_label_and_head_contradict_each_other_is_refused(tmp_path):
    file = tmp_path / "rows.jsonl"
    sets = LabelSets({"intent": HeadLabels("choice", ("buy", "other"))}, "intent")
    file.write_text('{"text": "x", "intent": "buy", "label": "buy"}\n{"text": "y", "intent": "buy", "label": "other"}\n')
    with pytest.raises(UnknownLabel, match=r":2: .*keep one"):
        list(read_labelled(file, sets))
