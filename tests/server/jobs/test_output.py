"""Of what a job writes, the end is shown, as plain text, whatever is in it; and nothing of it is secret."""

import json
import time

import pytest

from sayso.server.jobs.folder import LOG, PROGRESS, RESULT
from sayso.server.jobs.output import LINES, LONGEST_LINE, MOST_OF_A_RESULT, hiding, moment, read_log, read_result, read_step
from sayso.server.settings import Settings

SECRETS = {
    "LANGFUSE_SECRET_KEY": "lf-very-secret",
    "HF_TOKEN": "abcdefgh",
    "PGPASSWORD": "tr0ub4dor",
    "OTEL_EXPORTER_OTLP_HEADERS": "x-api=123456",
    "SAYSO_WEBHOOK": "https://hooks.example/T0/B0/xyz",
    "MY_APIKEY": "0123456789",
}
PLAIN = str


@pytest.fixture
def hide(monkeypatch, tmp_path):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "quite harmless")
    monkeypatch.setenv("SSL_KEY", str(tmp_path))
    return hiding(Settings(project=tmp_path, database_url="postgresql://me:p%40ssw0rd@db/x", webhook="https://other.example/hook/abc"))


def lines_of(folder, content, hide=PLAIN):
    (folder / LOG).write_bytes(content)
    return read_log(folder, hide)


def test_of_a_huge_log_only_the_end_is_read(tmp_path):
    with open(tmp_path / LOG, "wb") as stream:
        stream.seek(3_000_000_000)
        stream.write(b"\n" + b"".join(b"line %d\n" % number for number in range(50_000)))
    started = time.perf_counter()
    lines = read_log(tmp_path, PLAIN)
    assert time.perf_counter() - started < 0.5
    assert lines == [f"line {number}" for number in range(50_000 - LINES, 50_000)]


def test_a_line_without_end_is_cut(tmp_path):
    (line,) = lines_of(tmp_path, b"x" * 10_000_000)
    assert line == "x" * LONGEST_LINE + " …"


def test_odd_bytes_become_plain_text(tmp_path):
    assert lines_of(tmp_path, b"\xff\xfe caf\xc3\xa9 \x00\x07\x1b[31mred\x1b[0m\x1b]0;title\x07\n\tgo\r\nlast") == [
        "\ufffd\ufffd café red",
        "\tgo",
        "last",
    ]
    assert lines_of(tmp_path, b"10 %\r50 %\r100 %\n") == ["100 %"]
    assert lines_of(tmp_path, b"") == []
    assert lines_of(tmp_path, b"\n\n") == ["", ""]
    assert lines_of(tmp_path, "€".encode()[1:]) == ["\ufffd\ufffd"]
    assert read_log(tmp_path / "nowhere", PLAIN) == []


def test_secrets_are_not_shown(tmp_path, hide):
    told = [
        *SECRETS.values(),
        "postgresql://me:p%40ssw0rd@db/x",
        "p@ssw0rd",
        "https://other.example/hook/abc",
        "https://git:s3cret@example.com/x",
        "connect host=db password=hunter22 user=me",
        "Authorization: Bearer abc.def.ghi",
        "hf_" + "A1b2" * 8,
        "sayso_0a1b2c3d_" + "x" * 43,
    ]
    shown = "\n".join(lines_of(tmp_path, "\n".join(told).encode(), hide))
    for secret in (*SECRETS.values(), "ssw0rd", "hook/abc", "s3cret", "hunter22", "abc.def", "A1b2", "xxxx"):
        assert secret not in shown
    assert "postgresql://me:…@db/x" in shown
    assert "user=me" in shown


def test_what_is_no_secret_is_shown(tmp_path, hide):
    said = f"quite harmless: {tmp_path} http://localhost:8080/x user@example.com sayso_requests_total 3:4@5"
    assert lines_of(tmp_path, said.encode(), hide) == [said]


def test_a_secret_on_the_edge_of_what_is_read_is_not_shown_in_part(tmp_path, hide):
    secret = SECRETS["LANGFUSE_SECRET_KEY"].encode()
    shown = "".join(lines_of(tmp_path, secret * 20_000, hide))
    assert "secret" not in shown[20:]


@pytest.mark.parametrize(
    "told",
    [
        "",
        "{",
        "[]",
        '{"step": 1}',
        '{"step": "x", "done": "y"}',
        '{"step": "x", "done": NaN}',
        '{"step": "x", "done": -1}',
        '{"step": "x", "doing": 1}',
        "\ufeff",
    ],
)
def test_progress_that_makes_no_sense_is_none(tmp_path, told):
    (tmp_path / PROGRESS).write_text(told, encoding="utf-8")
    assert read_step(tmp_path, PLAIN) is None


def test_progress_is_told_as_far_as_it_is_known(tmp_path, hide):
    assert read_step(tmp_path, hide) is None
    (tmp_path / PROGRESS).write_text(json.dumps({"step": "train lf-very-secret", "done": 30, "total": 20}))
    step = read_step(tmp_path, hide)
    assert (step.name, step.doing, step.done, step.total, step.share) == ("train …", "", 30, 20, 1.0)
    (tmp_path / PROGRESS).write_text('{"step": "merge", "doing": "reading labels"}')
    assert (read_step(tmp_path, hide).doing, read_step(tmp_path, hide).share) == ("reading labels", None)
    (tmp_path / PROGRESS).write_text(json.dumps({"step": "x" * 20_000}))
    assert read_step(tmp_path, hide) is None


@pytest.mark.parametrize("told", [b"", b"{", b"[1]", b"\xff{}", b"3", b'{"a": ' * 100_000, b'{"a": "' + b"x" * MOST_OF_A_RESULT + b'"}'])
def test_a_result_that_is_no_whole_document_is_none(tmp_path, told):
    (tmp_path / RESULT).write_bytes(told)
    assert read_result(tmp_path, PLAIN) is None


def test_a_result_is_what_a_database_takes(tmp_path, hide):
    assert read_result(tmp_path, hide) is None
    (tmp_path / RESULT).write_text('{"a": NaN, "b": -Infinity, "c": 1e999, "d": 0.5, "e": "lf-very-secret", "f": [null, true, 3]}')
    assert read_result(tmp_path, hide) == {"a": None, "b": None, "c": None, "d": 0.5, "e": "…", "f": [None, True, 3]}


def test_a_moment_is_in_utc_or_not_told():
    assert moment("2026-05-04T10:00:00").isoformat() == "2026-05-04T10:00:00+00:00"
    assert [moment(told) for told in (None, 3, "yesterday")] == [None] * 3
