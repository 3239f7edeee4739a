"""`sayso redact`: what a server would take out, shown before it does."""

import io
import json

import pytest

from sayso.cli.redact import MOST_SHOWN, redact
from sayso.errors import DataError, ProjectError, UsageError

PROJECT = """\
name: tiny
heads: {intent: {type: choice, labels: [a, b]}}
labeling:
  redact:
    phone: false
    client: 'C-\\d{4}'
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "sayso.yaml").write_text(PROJECT)
    return tmp_path


def test_what_would_be_stored_is_shown_with_what_each_rule_caught(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    redact(["scrivi a mario@studio.it o 333 1234567", "art. 16 del DPR 633/72"])
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "scrivi a <email> o <phone>",
        "    email  mario@studio.it",
        "    phone  333 1234567",
        "art. 16 del DPR 633/72",
    ]
    assert "no sayso.yaml here" in said.err
    assert "1 of 2 texts would lose something: email 1, iban 0, card 0, fiscal_code 0, vat 0, phone 1" in said.err


def test_the_rules_are_those_of_the_project(project, capsys):
    redact(["C-1234 chiama 333 1234567"], project=project)
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "<client> chiama 333 1234567"
    assert "phone" not in said.err
    assert "client 1" in said.err


def test_a_project_that_is_named_and_not_there_is_an_error(tmp_path):
    with pytest.raises(ProjectError):
        redact(["x"], project=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.jsonl", '{"text": "a@b.it"}\n{"text": "niente"}\n{"text": "c@d.it e@f.it"}\n'),
        ("rows.csv", "id,text\n1,a@b.it\n2,niente\n3,c@d.it e@f.it\n"),
        ("rows.txt", "a@b.it\nniente\nc@d.it e@f.it\n"),
    ],
)
def test_of_a_file_the_texts_that_lose_something_are_shown_and_the_file_stays_as_it_is(name, content, project, capsys):
    path = project / name
    path.write_text(content)
    redact(file=path, project=project)
    said = capsys.readouterr()
    assert [line for line in said.out.splitlines() if not line.startswith(" ")] == ["<email>", "<email> <email>"]
    assert "2 of 3 texts would lose something: email 3" in said.err
    assert path.read_text() == content
    assert sorted(each.name for each in project.iterdir()) == [name, "sayso.yaml"]


def test_of_many_texts_some_are_shown_and_all_are_counted(project, capsys):
    path = project / "rows.txt"
    path.write_text("a@b.it\n" * (MOST_SHOWN + 5))
    redact(file=path, project=project)
    said = capsys.readouterr()
    assert said.out.count("<email>") == MOST_SHOWN
    assert "and 5 more texts" in said.err
    assert f"email {MOST_SHOWN + 5}" in said.err


def test_json_tells_all_of_it(project, capsys):
    redact(["da C-1234", "niente"], project=project, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["texts"] == 2
    assert document["changed"] == 1
    assert document["rules"] == {"email": 0, "iban": 0, "card": 0, "fiscal_code": 0, "vat": 0, "client": 1}
    assert document["results"][0] == {
        "text": "da C-1234",
        "stored": "da <client>",
        "found": [{"rule": "client", "value": "C-1234", "start": 3, "end": 9}],
    }
    assert document["results"][1]["found"] == []


def test_texts_may_come_on_stdin(project, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a@b.it\nniente\n")))
    redact(["-"], project=project)
    assert capsys.readouterr().out.splitlines()[0] == "<email>"


def test_a_text_cannot_move_the_cursor(project, capsys):
    redact(["\x1b[2J a@b.it [bold]"], project=project)
    assert capsys.readouterr().out.splitlines()[0] == " [2J <email> [bold]"


def test_wrong_use_is_told(project):
    for options in ({}, {"texts": ["x"], "file": project / "rows.txt"}, {"texts": ["-", "x"]}):
        with pytest.raises(UsageError):
            redact(**options, project=project)
    (project / "rows.jsonl").write_text('{"message": "x"}\n')
    with pytest.raises(DataError, match="no 'text' in this row"):
        redact(file=project / "rows.jsonl", project=project)
