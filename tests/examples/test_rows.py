"""Files of rows keep everything that was in them."""

import csv
import datetime
import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.errors import DataError, MissingExtra, UsageError
from sayso.examples.rows import BATCH, count_rows, read_rows, rows_in, write_rows

ROWS = [{"text": "who calls login", "id": "1"}, {"text": 'a "quoted", line\nbreak', "id": "2"}, {"text": "", "id": "è 再 🚀"}]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(exclude_categories=())),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3),
    max_leaves=8,
)


def values(path):
    return [row.values for row in read_rows(path)]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv", "rows.parquet"])
def test_what_is_written_is_read_again(tmp_path, name):
    assert write_rows(tmp_path / name, iter(ROWS)) == 3
    assert values(tmp_path / name) == ROWS
    assert [path.name for path in tmp_path.iterdir()] == [name]


@given(st.lists(st.dictionaries(st.text(max_size=5), anything, max_size=3), max_size=2))
def test_jsonl_keeps_any_object_to_the_last_character(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    write_rows(path, rows)
    assert values(path) == rows


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), min_size=1, max_size=4))
def test_csv_keeps_any_text(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    write_rows(path, ({"text": text, "id": number} for number, text in enumerate(texts)))
    assert [row["text"] for row in values(path)] == texts


def test_plain_lines_are_one_text_each_blank_ones_too(tmp_path):
    (tmp_path / "lines.txt").write_bytes("\ufeffwho calls\r\n\r\nè un test\n".encode())
    assert [(row.values, row.line) for row in read_rows(tmp_path / "lines.txt")] == [
        ({"text": "who calls"}, 1),
        ({"text": ""}, 2),
        ({"text": "è un test"}, 3),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_row(tmp_path):
    (tmp_path / "rows.csv").write_text("\ufefftext\na\n", encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text('\ufeff{"text": "a"}\n', encoding="utf-8")
    assert values(tmp_path / "rows.csv") == values(tmp_path / "rows.jsonl") == [{"text": "a"}]


@pytest.mark.parametrize("content", ["text;id\r\na, b;1\r\n", "text\tid\na, b\t1\n", 'text,id\n"a, b",1\n'])
def test_csv_is_read_as_spreadsheets_of_other_countries_write_it(tmp_path, content):
    (tmp_path / "rows.csv").write_text(content, newline="")
    assert values(tmp_path / "rows.csv") == [{"text": "a, b", "id": "1"}]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv", "rows.txt"])
def test_an_open_file_is_read_like_one_that_has_a_path(tmp_path, name):
    (tmp_path / name).write_text({"rows.jsonl": '{"text": "a"}\n', "rows.csv": "text\na\n", "rows.txt": "a\n"}[name])
    with open(tmp_path / name, "rb") as stream:
        assert list(rows_in(stream, name)) == list(read_rows(tmp_path / name))
        assert not stream.closed


def test_a_field_of_a_megabyte_can_be_read(tmp_path):
    (tmp_path / "rows.csv").write_text("text\n" + "x" * 1_000_000 + "\n")
    assert len(values(tmp_path / "rows.csv")[0]["text"]) == 1_000_000


def test_blank_lines_between_rows_do_not_count(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"text": "a"}\n\n{"text": "b"}\n')
    (tmp_path / "rows.csv").write_text("text,id\na,1\n\nb,2\n")
    assert [row.line for row in read_rows(tmp_path / "rows.jsonl")] == [1, 3]
    assert [row.line for row in read_rows(tmp_path / "rows.csv")] == [2, 4]


def test_half_a_surrogate_pair_survives_jsonl(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"text": "\\ud800"}\n')
    write_rows(tmp_path / "copy.jsonl", values(tmp_path / "rows.jsonl"))
    assert (tmp_path / "copy.jsonl").read_bytes() == (tmp_path / "rows.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rows.jsonl", b'{"text": "a"}\n{"text": "b', "rows.jsonl:2: this line is not valid JSON"),
        ("rows.jsonl", b'{"text": "a"}\n["b"]\n', "rows.jsonl:2: a row is an object"),
        ("rows.jsonl", b'{"text": "a"}\n{"text": "\xff"}\n', "rows.jsonl:2: this line is not UTF-8 text; save the file as UTF-8"),
        ("rows.jsonl", b'{"n": ' + b"9" * 5000 + b"}", "rows.jsonl:1: this line has a value that cannot be read"),
        ("rows.jsonl", b"[" * 100_000, "rows.jsonl:1: this line has a value that cannot be read"),
        ("rows.csv", b"text,id\na,1\nb\n", "rows.csv:3: this row has 1 fields, the header has 2"),
        ("rows.csv", b"text,text\na,b\n", "rows.csv:1: the first line must name the columns, each once"),
        ("rows.csv", b"", "rows.csv:1: the first line must name the columns"),
        ("rows.csv", b'text\n"a\n', "rows.csv:2: this is not valid CSV"),
        ("rows.csv", b"text\na\n\xff\n", "this is not UTF-8 text; save the file as UTF-8"),
        ("rows.parquet", b"PAR", "this is not a Parquet file"),
        ("rows.txt", "a\nb".encode("utf-16"), "rows.txt:1: this line is not UTF-8 text"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_line(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as error:
        values(tmp_path / name)
    assert message in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"rows.jsonl: this file is missing"):
        read_rows(tmp_path / "rows.jsonl")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match="this is a folder, not a file"):
        read_rows(tmp_path / "folder.csv")


def test_an_unknown_kind_of_file_says_which_are_known(tmp_path):
    with pytest.raises(UsageError, match=r"ends in none of .jsonl, .csv, .parquet, .txt"):
        read_rows(tmp_path / "rows.xlsx")
    with pytest.raises(UsageError, match=r"ends in none of .jsonl, .csv, .parquet$"):
        write_rows(tmp_path / "rows.txt", ROWS)


def test_a_folder_is_no_file_to_write(tmp_path):
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(UsageError, match="is a folder; name the file"):
        write_rows(tmp_path / "out.csv", ROWS)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv", "rows.parquet"])
def test_when_a_row_fails_the_old_file_stays_and_nothing_else_is_left(tmp_path, name):
    write_rows(tmp_path / name, ROWS)

    def broken():
        yield from ROWS * 200
        raise DataError("no text here", "input.csv", 601)

    with pytest.raises(DataError, match=r"input\.csv:601"):
        write_rows(tmp_path / name, broken())
    assert values(tmp_path / name) == ROWS
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_a_table_leaves_what_a_row_lacks_empty_and_refuses_what_has_no_column(tmp_path, name):
    write_rows(tmp_path / name, [{"text": "a", "id": "1"}, {"text": "b"}])
    assert values(tmp_path / name)[1]["id"] in ("", None)
    with pytest.raises(DataError, match=r"row 2 has a key 'more' that the first row lacks; write a .jsonl file instead"):
        write_rows(tmp_path / name, [{"text": "a"}, {"text": "b", "more": 1}])


def test_parquet_keeps_the_types_it_had(tmp_path):
    table = pa.table(
        {
            "text": pa.array(["a", "b"], pa.large_string()),
            "n": pa.array([1, None], pa.int8()),
            "day": [datetime.date(2024, 1, 1)] * 2,
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    write_rows(tmp_path / "out.parquet", ({**row, "label": "x"} for row in values(tmp_path / "in.parquet")), like=tmp_path / "in.parquet")
    assert pq.read_table(tmp_path / "out.parquet").drop(["label"]).schema == table.schema
    write_rows(tmp_path / "out.jsonl", values(tmp_path / "in.parquet"))
    assert json.loads((tmp_path / "out.jsonl").read_text().splitlines()[0])["day"] == "2024-01-01"


def test_a_value_that_does_not_fit_its_parquet_column_is_refused(tmp_path):
    rows = [{"n": number} for number in range(BATCH)] + [{"n": "many"}]
    with pytest.raises(DataError, match=r"does not fit its Parquet column .*write a .jsonl file instead"):
        write_rows(tmp_path / "out.parquet", rows)


def test_lists_and_objects_become_json_in_a_csv(tmp_path):
    write_rows(tmp_path / "out.csv", [{"tags": ["a", "b"], "scores": {"a": 0.5}}])
    with open(tmp_path / "out.csv", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (json.loads(row["tags"]), json.loads(row["scores"])) == (["a", "b"], {"a": 0.5})


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.parquet"])
def test_rows_are_counted(tmp_path, name):
    write_rows(tmp_path / name, ROWS * 300)
    assert count_rows(tmp_path / name) == 900


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"pip install 'sayso\[train\]'"):
        write_rows(tmp_path / "rows.parquet", ROWS)
