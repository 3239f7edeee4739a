"""`sayso verify` in a real terminal, and without one."""

import json
import os
import select
import subprocess
import sys

import pytest

SAMPLES = {"metadata": {}, "samples": [{"text": "grep TODO", "intent": "TextSearch"}, {"text": "who calls login", "intent": "TextSearch"},
           {"text": "hello", "intent": "Ambiguous"}, {"text": "callers of main", "intent": "FindCallers"}]}  # fmt: skip


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "verify.json"
    path.write_text(json.dumps(SAMPLES))
    return path


def sayso(*args, **options):
    return subprocess.run(
        [sys.executable, "-c", "from sayso.cli import main; main()", "verify", *map(str, args)],
        capture_output=True, text=True, check=False, **options,
    )  # fmt: skip


def test_lines_from_a_pipe_answer_row_by_row(sample, tmp_path):
    result = sayso(sample, input="a\nr\nFindCallers\nd\nq\n")
    assert result.returncode == 0
    assert "3 of 4 verified, 2 corrected" in result.stderr
    assert sayso(sample, "--apply", tmp_path / "out.jsonl").returncode == 0
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(row["text"], row["intent"]) for row in rows] == [
        ("grep TODO", "TextSearch"),
        ("who calls login", "FindCallers"),
        ("callers of main", "FindCallers"),
    ]


def test_the_report_fails_until_the_sample_is_verified(sample):
    assert sayso(sample, "--report").returncode == 1
    sayso(sample, input="a\na\na\na\n")
    result = sayso(sample, "--report", "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["share_of_sample"] == 1.0


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_single_keys_in_a_terminal_and_an_interrupt_that_loses_nothing(sample):
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", "from sayso.cli import main; main()", "verify", str(sample)])
    seen = b""

    def wait_for(text):
        nonlocal seen
        while text not in seen:
            assert select.select([terminal], [], [], 20)[0], f"{text!r} never came, only {seen!r}"
            seen += os.read(terminal, 4096)

    wait_for(b"1/4")
    os.write(terminal, b"a")
    wait_for(b"2/4")
    os.write(terminal, b"\r")
    wait_for(b"3/4")
    os.write(terminal, b"\x03")
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    assert len(sample.with_suffix(".corrections.jsonl").read_text().splitlines()) == 2
