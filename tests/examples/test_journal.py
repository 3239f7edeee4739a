"""A journal keeps what was acknowledged, whatever kills the process that writes it."""

import json
import subprocess
import sys

import pytest

from sayso.errors import DataError
from sayso.examples.journal import append_entry, read_entries


def entries(path):
    return [entry for _, entry in read_entries(path)]


def test_what_was_added_is_read_in_order_with_its_line(tmp_path):
    path = tmp_path / "folder" / "journal.jsonl"
    assert list(read_entries(path)) == []
    append_entry(path, {"row": "è 再 🚀"})
    append_entry(path, {"row": "a\ud800\nb"})
    assert list(read_entries(path)) == [(1, {"row": "è 再 🚀"}), (2, {"row": "a\ud800\nb"})]


@pytest.mark.parametrize(
    "torn", [b"{", b'{"row": "b', b'{"row": "\xc3', b'{"row": "' + b"x" * 200_000], ids=["brace", "key", "half a letter", "long"]
)
def test_a_line_that_a_kill_cut_off_is_passed_over_and_then_mended(tmp_path, torn):
    path = tmp_path / "journal.jsonl"
    append_entry(path, {"row": "a"})
    with open(path, "ab") as stream:
        stream.write(torn)
    assert entries(path) == [{"row": "a"}]
    append_entry(path, {"row": "c"})
    assert entries(path) == [{"row": "a"}, {"row": "c"}]


def test_a_whole_line_without_an_end_is_kept(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_text('{"row": "a"}\n{"row": "b"}')
    assert entries(path) == [{"row": "a"}, {"row": "b"}]
    append_entry(path, {"row": "c"})
    assert entries(path) == [{"row": "a"}, {"row": "b"}, {"row": "c"}]


def test_a_broken_line_that_no_kill_explains_is_told(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_text('{"row": "a"}\n{"row"\n{"row": "c"}\n')
    with pytest.raises(DataError, match=r"journal\.jsonl:2: this line is not valid JSON"):
        entries(path)


def test_whatever_was_acknowledged_survives_a_kill(tmp_path):
    path = tmp_path / "journal.jsonl"
    program = (
        "import os, sys; from pathlib import Path; from sayso.examples.journal import append_entry\n"
        "for n in range(10**6):\n"
        "    append_entry(Path(sys.argv[1]), {'row': n}); os.write(1, b'%d\\n' % n)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
    told = [process.stdout.readline() for _ in range(40)]
    process.kill()
    told += process.stdout.read().splitlines()
    process.wait()
    rows = [entry["row"] for entry in entries(path)]
    assert rows == list(range(len(rows)))
    assert len(rows) >= len(told) and json.loads(told[-1]) == len(told) - 1
