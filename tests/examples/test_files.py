"""Files of examples, in every dialect, and everything that can be wrong with them."""

import csv
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sayso.errors import DataError, SaysoError, UsageError
from sayso.examples import Example, read_examples, write_examples
from sayso.examples.files import heads_of
from sayso.project import Head
from sayso.runtime.spans import Mark

INTENT = {"intent": Head.model_validate({"type": "choice", "labels": ["FindCallers", "TextSearch", "Ambiguous"]})}
COMPLEXITY = {
    "tier": Head.model_validate({"type": "choice", "labels": ["trivial", "simple"], "ordered": True}),
    "domains": Head.model_validate({"type": "tags", "labels": ["code", "math"]}),
    "intent": Head.model_validate({"type": "choice", "labels": ["greeting", "code_gen"]}),
    "score": Head.model_validate({"type": "score"}),
}


@pytest.fixture
def read(tmp_path):
    def from_text(text, name="data.jsonl", heads=INTENT):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return list(read_examples(path, heads))

    return from_text


def test_a_row_has_a_text_and_one_key_a_head(read):
    rows = read('{"text": "who calls login", "intent": "FindCallers", "group": "t1", "lang": "en", "weight": 2}\n')
    assert rows == [Example("who calls login", {"intent": "FindCallers"}, group="t1", lang="en", weight=2.0)]


def test_every_kind_of_head_is_read(read):
    row = '{"text": "幫我寫一個 function", "score": 0.2341, "tier": "simple", "domains": ["code"], "intent": "code_gen"}\n'
    assert read(row, heads=COMPLEXITY)[0].labels == {"tier": "simple", "domains": ("code",), "intent": "code_gen", "score": 0.2341}


def test_a_document_with_metadata_and_samples_is_read(read):
    document = {"metadata": {"seed": 1}, "samples": [{"text": "grep TODO", "intent": "TextSearch"}]}
    assert read(json.dumps(document), "train.json")[0].labels == {"intent": "TextSearch"}


def test_production_logs_keep_what_succeeded_and_group_by_user(read):
    rows = [
        {"raw_input": "who calls x", "intent": "FindCallers", "execution_success": True, "user_id": 7},
        {"raw_input": "asdf", "intent": "TextSearch", "execution_success": False, "user_id": 8},
    ]
    assert read("\n".join(map(json.dumps, rows))) == [Example("who calls x", {"intent": "FindCallers"}, group="7")]


@pytest.mark.parametrize("name", ["labels.jsonl", "labels.csv"])
def test_labelling_exports_are_read(read, name):
    text = '{"text": "grep x", "label": "TextSearch"}\n' if name.endswith("jsonl") else "text,label\ngrep x,TextSearch\n"
    assert read(text, name) == [Example("grep x", {"intent": "TextSearch"})]


def test_command_data_is_read_with_its_context(read):
    heads = {"command": Head.model_validate({"type": "choice", "labels": ["pr", "clarification"]})}
    output = json.dumps({"type": "command", "command": "pr", "subcommand": "merge"})
    row = {"instruction": "merge it", "context": {"git": {"current_pr": 1}}, "output": output}
    context, answer = {"git": {"current_pr": 1}}, json.loads(output)
    assert read(json.dumps(row), heads=heads) == [Example("merge it", {"command": "pr"}, context=context, output=answer)]


def test_csv_holds_tags_and_scores(read):
    text = 'text,tier,domains,score\nadd two numbers,simple,code;math,0.25\nhi,trivial,"[""code""]",0\n'
    rows = read(text, "data.csv", COMPLEXITY)
    assert rows[0].labels == {"tier": "simple", "domains": ("code", "math"), "score": 0.25}
    assert rows[1].labels["domains"] == ("code",)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (b'{"text": "a", "intent": "FindCal', "2: this line is not valid JSON"),
        (b'{"intent": "FindCallers"}', "2: the key `text` is missing"),
        (b'{"text": 5, "intent": "FindCallers"}', "2: `text` must be text, found 5"),
        (b'{"text": "  ", "intent": "FindCallers"}', "2: `text` is empty"),
        (b'{"text": "a\\u0000b", "intent": "FindCallers"}', "2: `text` holds a NUL character"),
        (b'{"text": "a"}', "2: no label here: expected a key named 'intent'"),
        (b'{"text": "a", "intent": "FindCaller"}', "2: 'FindCaller' is not a label of 'intent'; did you mean 'FindCallers'"),
        (b'{"text": "caf\xe9", "intent": "FindCallers"}', "2: this line is not UTF-8"),
        (b'["a"]', "2: a row is an object"),
        (b'{"text": "a", "intent": "FindCallers", "weight": -1}', "2: `weight` must be a number above 0"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_with_file_and_line(read, row, message):
    with pytest.raises(DataError, match=r"data\.jsonl:" + message.replace("(", r"\(")):
        read(b'{"text": "grep x", "intent": "TextSearch"}\n' + row + b"\n")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"text": "a", "score": 1.5}', "`score` must be a number from 0 to 1"),
        ('{"text": "a", "domains": "code"}', "`domains` must be a list of labels"),
        ('{"text": "a", "domains": ["cod"]}', "did you mean 'code'"),
    ],
)
def test_a_head_is_told_what_it_takes(read, row, message):
    with pytest.raises(DataError, match=message):
        read(row, heads=COMPLEXITY)


def test_a_file_without_examples_says_so(read):
    with pytest.raises(DataError, match="no examples in this file"):
        read("\n\n")


def test_a_byte_order_mark_and_windows_lines_are_no_problem(read):
    assert read(b'\xef\xbb\xbf{"text": "grep x", "intent": "TextSearch"}\r\n')[0].text == "grep x"


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(DataError, match="this file is missing"):
        list(read_examples(tmp_path / "no.jsonl", INTENT))


def test_an_unknown_kind_of_file_is_answered_with_the_known_ones(tmp_path):
    (tmp_path / "data.xls").write_text("x")
    with pytest.raises(UsageError, match=r"ends in none of \.jsonl"):
        list(read_examples(tmp_path / "data.xls", INTENT))


def test_labels_are_found_in_a_file_that_nobody_declared(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a", "intent": "z"}\n{"text": "b", "intent": "y"}\n')
    assert list(heads_of(tmp_path / "a.jsonl")["intent"].labels) == ["y", "z"]


def test_a_file_with_one_label_is_no_classifier(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "a", "intent": "z"}\n')
    with pytest.raises(DataError, match="at least two labels, found 1"):
        heads_of(tmp_path / "a.jsonl")


def test_a_cell_that_a_spreadsheet_would_run_is_guarded_and_read_back(tmp_path):
    path = tmp_path / "out.csv"
    risky = ("=cmd|' /C calc'!A0", "- dash", "'=1", "\rx", " +1\r\n")
    rows = [Example(text, {"intent": "TextSearch"}) for text in risky]
    write_examples(path, rows, "label")
    with open(path, newline="", encoding="utf-8") as stream:
        assert all(row["text"].startswith("'") for row in csv.DictReader(stream))
    assert [row.text for row in read_examples(path, INTENT)] == [row.text for row in rows]


texts = st.text(min_size=1, max_size=40).filter(lambda text: text.strip() and "\0" not in text and text.isprintable())
examples = st.builds(
    Example,
    texts,
    st.fixed_dictionaries({"intent": st.sampled_from(list(INTENT["intent"].labels))}),
    group=st.none() | texts,
    weight=st.sampled_from([1.0, 0.5, 3.0]),
)


@pytest.mark.parametrize(("name", "dialect"), [("a.jsonl", "sayso"), ("a.json", "samples"), ("a.parquet", "sayso")])
@given(rows=st.lists(examples, min_size=1, max_size=5))
@settings(max_examples=40)
def test_what_is_written_is_read_back(tmp_path_factory, name, dialect, rows):
    path = tmp_path_factory.mktemp("round") / name
    if name.endswith("parquet"):
        rows = [Example(row.text, row.labels) for row in rows]
    assert write_examples(path, rows, dialect) == len(rows)
    assert list(read_examples(path, INTENT)) == rows


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.parquet", "a.txt"])
@given(data=st.binary(max_size=120))
@settings(max_examples=80)
def test_any_bytes_are_read_or_refused_but_never_crash(tmp_path_factory, name, data):
    path = tmp_path_factory.mktemp("bytes") / name
    path.write_bytes(data)
    try:
        list(read_examples(path, INTENT))
    except SaysoError as error:
        assert name in str(error)


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["text", "intent", "weight", "label"]), x),
    )
)
@example(value={"text": "a", "intent": []})
@settings(max_examples=80)
def test_any_json_is_read_or_refused_but_never_crashes(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("json") / "a.jsonl"
    path.write_text(json.dumps(value) + "\n")
    try:
        list(read_examples(path, INTENT))
    except SaysoError as error:
        assert "a.jsonl" in str(error)


SLOTS = INTENT | {"slots": Head.model_validate({"type": "spans", "labels": ["number", "name"]})}


def marked(*slots, text="two rolls for Zoë 🥐"):
    return json.dumps({"text": text, "slots": list(slots)}) + "\n"


def test_marked_pieces_are_read_in_the_order_of_the_text(read):
    name, number = {"label": "name", "start": 14, "end": 17}, {"label": "number", "start": 0, "end": 3, "text": "two"}
    (row,) = read(marked(name, number), heads=SLOTS)
    assert row.labels == {"slots": (Mark("number", 0, 3), Mark("name", 14, 17))}
    assert [row.text[mark.start : mark.end] for mark in row.labels["slots"]] == ["two", "Zoë"]


def test_no_marks_is_something_that_a_row_says_and_a_single_one_needs_no_list(read):
    assert read(marked(), heads=SLOTS)[0].labels == {"slots": ()}
    assert read('{"text": "two", "slots": {"label": "number", "start": 0, "end": 3}}\n', heads=SLOTS)[0].labels == {
        "slots": (Mark("number", 0, 3),)
    }


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv", "rows.parquet"])
def test_marked_pieces_are_written_and_read_back(name, tmp_path):
    rows = [
        Example("two rolls for Zoë 🥐, please", {"intent": "FindCallers", "slots": (Mark("number", 0, 3), Mark("name", 14, 17))}),
        Example("none", {"intent": "TextSearch", "slots": ()}),
        Example("not known", {"intent": "TextSearch"}),
    ]
    write_examples(tmp_path / name, rows)
    assert [(row.text, row.labels) for row in read_examples(tmp_path / name, SLOTS)] == [(row.text, row.labels) for row in rows]


@pytest.mark.parametrize(
    ("slots", "problem"),
    [
        ([{"label": "number", "start": 0, "end": 5}, {"label": "name", "start": 4, "end": 9}], "two marks of `slots` overlap"),
        ([{"label": "number", "start": 17, "end": 99}], "with places in the text"),
        ([{"label": "number", "start": 3, "end": 3}], "with places in the text"),
        ([{"label": "number", "start": -1, "end": 3}], "with places in the text"),
        ([{"label": "number", "start": 0.0, "end": 3}], "with places in the text"),
        ([{"label": "number", "start": True, "end": 3}], "with places in the text"),
        ([{"label": "nmber", "start": 0, "end": 3}], "'nmber' is not a label of 'slots'; did you mean 'number'"),
        ([{"label": "number", "start": 0}], "is a list of"),
        (["two"], "is a list of"),
        ("two", "is a list of"),
        ([{"label": ["number"], "start": 0, "end": 3}], "is not a label of 'slots'"),
    ],
)
def test_a_mark_that_cannot_be_is_told_with_its_line(read, slots, problem):
    with pytest.raises(DataError, match=r"data\.jsonl:2: ") as error:
        read(marked() + json.dumps({"text": "two rolls for Zoë", "slots": slots}) + "\n", heads=SLOTS)
    assert problem in str(error.value)
