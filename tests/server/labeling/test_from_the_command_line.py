"""`sayso export-labels` and `sayso import-labels` on a database of each kind: nothing is lost, whoever is killed when."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from sayso.cli.export_labels import export_labels
from sayso.cli.import_labels import import_labels
from sayso.errors import CheckFailed, DataError
from sayso.examples import read_examples
from sayso.labeling.labels import UnknownLabel
from sayso.project import Project
from sayso.server.labeling.items import LABELLED
from sayso.server.labeling.opinions import give
from sayso.server.store.tables import Export, Item

PROJECT = """\
name: tiny
heads:
  intent: {type: choice, labels: [a, b]}
  topics: {type: tags, labels: [x, "=y"]}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sayso.yaml").write_text(PROJECT)
    return tmp_path


@pytest.fixture
def label(database, fill):
    """Sees to it that there are so many texts, and labels those that are not."""

    def label(count=3, answer=None):
        fill(count)
        with database.writing() as transaction:
            for item in transaction.query(Item).where(Item.state != LABELLED).order_by(Item.id).all():
                give(transaction, "anna", item.id, answer or {"intent": "a"})

    return label


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def arrived(database):
    with database.reading() as transaction:
        return [export.id for export in transaction.query(Export) if export.acknowledged_at]


@pytest.mark.parametrize(("name", "dialect"), [("l.jsonl", "sayso"), ("l.csv", "sayso"), ("l.jsonl", "label"), ("l.csv", "label")])
def test_every_answer_is_in_the_file_and_training_reads_it(folder, database_url, label, name, dialect):
    label(3, {"intent": "b"})
    export_labels(folder / name, dialect=dialect, project=folder, database_url=database_url)
    found = list(read_examples(folder / name, Project.load(folder).heads))
    assert [(row.text, row.labels) for row in found] == [(f"text {n}", {"intent": "b"}) for n in range(3)]


def test_what_is_new_since_the_last_export_goes_into_a_new_file(folder, database, database_url, label):
    out = folder / "labels"
    out.mkdir()
    label(2)
    export_labels(out, since="last", project=folder, database_url=database_url)
    label(3)
    export_labels(out, since="last", project=folder, database_url=database_url)
    assert sorted(path.name for path in out.iterdir()) == ["labels-000001.jsonl", "labels-000002.jsonl"]
    assert [[row["text"] for row in rows(path)] for path in sorted(out.iterdir())] == [["text 0", "text 1"], ["text 2"]]
    with pytest.raises(CheckFailed, match="nothing was labelled since the last export that has arrived"):
        export_labels(out, since="last", project=folder, database_url=database_url)
    assert arrived(database) == [1, 2]


def test_nothing_labelled_is_told_and_no_file_is_written(folder, database_url, fill):
    fill(2)
    with pytest.raises(CheckFailed, match="nothing was labelled yet") as told:
        export_labels(folder / "l.jsonl", project=folder, database_url=database_url)
    assert told.value.exit_code == 1
    assert not (folder / "l.jsonl").exists()


def test_what_went_to_stdout_counts_as_new_still(folder, database, database_url, label):
    label(2)
    result = sayso("export-labels", "--project", folder, "--database-url", database_url)
    assert [json.loads(line)["text"] for line in result.stdout.splitlines()] == ["text 0", "text 1"]
    assert arrived(database) == []


def test_an_export_that_cannot_be_written_has_not_arrived(folder, database, database_url, label):
    label(2)
    (folder / "file").write_text("no folder")
    with pytest.raises(OSError):
        export_labels(folder / "file" / "l.jsonl", project=folder, database_url=database_url)
    assert arrived(database) == []


def test_rows_that_say_nothing_of_the_main_head_are_not_left_out_in_silence(folder, database_url, label):
    label(1, {"topics": ["x"]})
    label(2, {"intent": "a", "topics": []})
    with pytest.raises(CheckFailed, match="1 of the rows"):
        export_labels(folder / "l.jsonl", dialect="label", project=folder, database_url=database_url)
    assert not (folder / "l.jsonl").exists()
    export_labels(folder / "all.jsonl", project=folder, database_url=database_url)
    assert [row.get("topics") for row in rows(folder / "all.jsonl")] == [["x"], []]


def test_labels_and_texts_are_taken_in_and_the_same_ones_are_known(folder, database, database_url, capsys):
    (folder / "new.csv").write_text("text,label,topics\nfirst,a,\nsecond,,=y\nthird,,\n")
    for _ in range(2):
        import_labels([folder / "new.csv"], project=folder, database_url=database_url, as_json=True)
    first, second = [json.loads(part + "}") for part in capsys.readouterr().out.split("}")[:2]]
    assert first == {"settled": 2, "waiting": 1, "known": 0, "different": 0}
    assert second == {"settled": 0, "waiting": 0, "known": 3, "different": 0}
    with database.reading() as transaction:
        assert {item.text: item.answer for item in transaction.query(Item)} == {
            "first": {"intent": "a"},
            "second": {"topics": ["=y"]},
            "third": None,
        }


def test_one_row_that_cannot_be_used_and_nothing_is_taken_in(folder, database, database_url):
    (folder / "good.jsonl").write_text('{"text": "fine", "label": "a"}\n')
    (folder / "bad.jsonl").write_text('{"text": "fine too", "label": "a"}\n{"text": "not", "label": "aa"}\n')
    (folder / "empty.jsonl").write_text("\n")
    with pytest.raises(UnknownLabel, match=r"bad\.jsonl:2: 'aa' is not a label of 'intent'; did you mean 'a'"):
        import_labels([folder / "good.jsonl", folder / "bad.jsonl"], project=folder, database_url=database_url)
    with pytest.raises(DataError, match=r"empty\.jsonl: there are no rows in this file"):
        import_labels([folder / "good.jsonl", folder / "empty.jsonl"], project=folder, database_url=database_url)
    with database.reading() as transaction:
        assert transaction.query(Item).count() == 0


def test_personal_data_is_taken_out_on_the_way_in(folder, database, database_url):
    (folder / "new.jsonl").write_text('{"text": "write to anna@example.com", "label": "a"}\n')
    import_labels([folder / "new.jsonl"], project=folder, database_url=database_url)
    with database.reading() as transaction:
        assert transaction.query(Item).one().text == "write to <email>"


PROGRAM = [sys.executable, "-c", "from sayso.cli import main; main()"]


def sayso(*args):
    return subprocess.run([*PROGRAM, *map(str, args)], capture_output=True, text=True, check=False)


def test_an_export_that_is_killed_is_taken_again_and_loses_nothing(folder, database, database_url, fill):
    (folder / "many.jsonl").write_text("".join(json.dumps({"text": f"many {n} " + "x" * 500, "label": "a"}) + "\n" for n in range(6000)))
    import_labels([folder / "many.jsonl"], project=folder, database_url=database_url)
    out = folder / "labels"
    out.mkdir()
    command = ["export-labels", "--since", "last", "--output", out, "--project", folder, "--database-url", database_url]
    process = subprocess.Popen([*PROGRAM, *map(str, command)], stderr=subprocess.DEVNULL)
    while not any(path.stat().st_size for path in out.iterdir()) and process.poll() is None:
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    taken = len(arrived(database))
    files = [path for path in out.iterdir() if path.suffix == ".jsonl" and not path.name.startswith(".")]
    assert len(files) in (taken, taken + 1)
    if not taken:
        assert sayso(*command).returncode == 0
    texts = {row["text"] for path in out.glob("labels-*.jsonl") for row in rows(path)}
    assert len(texts) == 6000
    assert sayso(*command).returncode == 1


def test_an_import_that_is_killed_is_done_again_and_doubles_nothing(folder, database, database_url):
    (folder / "many.jsonl").write_text("".join(json.dumps({"text": f"many {n}", "label": "a"}) + "\n" for n in range(2000)))
    command = ["import-labels", folder / "many.jsonl", "--project", folder, "--database-url", database_url]
    process = subprocess.Popen([*PROGRAM, *map(str, command)], stderr=subprocess.DEVNULL)
    count = 0
    while not count and process.poll() is None:
        time.sleep(0.01)
        with database.reading() as transaction:
            count = transaction.query(Item).count()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert sayso(*command).returncode == 0
    with database.reading() as transaction:
        assert transaction.query(Item).count() == 2000
    export_labels(folder / "all.jsonl", project=folder, database_url=database_url)
    assert len(rows(folder / "all.jsonl")) == 2000
