import io
import json
import os
import subprocess
import sys

import pytest

from sayso.cli.predict import predict
from sayso.errors import DataError, UsageError
from tiny_model import COMPLEXITY, SLOTS, write_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return write_bundle(tmp_path_factory.mktemp("tiny") / "bundle")


@pytest.fixture(scope="module")
def three_heads(tmp_path_factory):
    return write_bundle(tmp_path_factory.mktemp("tiny") / "bundle", COMPLEXITY)


def sayso(*args, **options):
    command = [sys.executable, "-c", "from sayso.cli import main; main()", "predict", *map(str, args)]
    return subprocess.run(command, capture_output=True, check=False, env={**os.environ, "COLUMNS": "80"}, **options)


def stdin(monkeypatch, content):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_each_text_gets_an_aligned_line(bundle, capsys):
    predict(bundle, ["who calls login", "hello", "draw"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["FindCallers", "Ambiguous", "Visualize"]
    assert [line.split()[2] for line in lines] == ["execute", "ask", "execute"]
    assert len({line.index(" ms  ") for line in lines}) == 1
    assert lines[0].endswith("who calls login")
    assert max(map(len, lines)) < 80


def test_what_is_out_of_scope_says_so(bundle, capsys):
    predict(bundle, [""])
    assert capsys.readouterr().out.rstrip().endswith("out of scope: (empty)")


def test_the_most_likely_labels_follow_when_asked_for(bundle, capsys):
    predict(bundle, ["who calls login"], top=3)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("Visualize    0.0")


def test_marked_pieces_are_shown_and_written(tmp_path, capsys):
    folder = write_bundle(tmp_path / "slots", SLOTS)
    predict(folder, ["draw graph diagram", "who calls"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].endswith("slots action 'draw', thing 'graph diagram'")
    assert lines[3].endswith("slots none")
    predict(folder, ["draw graph diagram"], as_json=True)
    (answer,) = json.loads(capsys.readouterr().out)["predictions"]
    assert [span["text"] for span in answer["heads"]["slots"]["spans"]] == ["draw", "graph diagram"]


def test_every_head_is_shown(three_heads, capsys):
    predict(three_heads, ["prove the sum"])
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("hard  0.")
    assert "tier hard (0." in second
    assert "domains maths" in second
    assert "score 0.5" in second


def test_control_characters_never_reach_the_terminal(bundle, capsys):
    predict(bundle, ["\x1b[31mred\nnext \ud800"])
    assert capsys.readouterr().out.splitlines()[0].endswith(" [31mred next  ")


def test_json_is_one_document_with_everything(bundle, capsys):
    predict(bundle, ["who calls login", ""], top=2, as_json=True)
    first, second = json.loads(capsys.readouterr().out)["predictions"]
    assert (first["text"], first["label"], first["action"], len(first["scores"])) == ("who calls login", "FindCallers", "execute", 2)
    assert first["heads"]["intent"]["label"] == "FindCallers"
    assert first["ms"] > 0
    assert second["out_of_scope"] is True


def test_a_dash_reads_one_text_a_line(bundle, capsys, monkeypatch):
    stdin(monkeypatch, "\ufeffwho calls login\r\n\nhello\n".encode())
    predict(bundle, ["-"])
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["FindCallers", "Ambiguous", "Ambiguous"]


def test_a_line_that_is_not_utf8_is_named(bundle, monkeypatch):
    stdin(monkeypatch, b"fine\n\xff\n")
    with pytest.raises(DataError, match="stdin:2: this line is not UTF-8 text"):
        predict(bundle, ["-"])


def test_a_file_can_be_shown_without_writing_another(bundle, tmp_path, capsys):
    (tmp_path / "in.csv").write_text("query\nwho calls login\n")
    predict(bundle, source=tmp_path / "in.csv", text_key="query")
    assert capsys.readouterr().out.startswith("FindCallers")


def test_a_file_is_answered_into_another(bundle, tmp_path, capsys):
    (tmp_path / "in.jsonl").write_text('{"text": "who calls login"}\n{"text": "hello"}\n')
    predict(bundle, source=tmp_path / "in.jsonl", out=tmp_path / "out.csv")
    said = capsys.readouterr()
    assert said.out == ""
    assert "2 rows" in said.err
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 3


def test_json_tells_what_became_of_a_file(bundle, tmp_path, capsys):
    (tmp_path / "in.txt").write_text("who calls login\n")
    predict(bundle, source=tmp_path / "in.txt", out=tmp_path / "out.jsonl", as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert (document["rows"], document["output"]) == (1, str(tmp_path / "out.jsonl"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give either texts, as in"),
        ({"texts": ["a"], "source": "in.csv"}, "give either texts"),
        ({"texts": ["a"], "out": "out.csv"}, "--output needs --input FILE"),
        ({"texts": ["-", "a"]}, "- reads all texts from stdin"),
    ],
)
def test_options_that_contradict_each_other_are_wrong_usage(bundle, options, message):
    with pytest.raises(UsageError, match=message):
        predict(bundle, **options)


def test_the_command_as_it_is_typed(bundle):
    result = sayso(bundle, "who calls login", "--json", "--quiet")
    assert (result.returncode, result.stderr) == (0, b"")
    assert json.loads(result.stdout)["predictions"][0]["label"] == "FindCallers"


def test_bytes_that_are_no_text_get_an_answer(bundle):
    result = sayso(bundle, b"who calls \xff".decode(errors="surrogateescape"), "--json")
    assert json.loads(result.stdout)["predictions"][0]["label"] == "FindCallers"


def test_a_bundle_that_is_not_there_ends_with_code_3_and_no_traceback(tmp_path):
    result = sayso(tmp_path / "nowhere", "who calls login")
    assert (result.returncode, result.stdout) == (3, b"")
    assert b"there is no such folder" in result.stderr
    assert b"Traceback" not in result.stderr


def test_no_text_at_all_ends_with_code_2(bundle):
    assert sayso(bundle).returncode == 2
