"""What `sayso export-labels` and `sayso import-labels` refuse, and what a project without a server is told."""

import json

import pytest

from sayso.cli.export_labels import export_labels
from sayso.cli.import_labels import import_labels
from sayso.errors import CheckFailed, SaysoError, UsageError
from tiny_model import CODE_SEARCH, write_bundle


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sayso.yaml").write_text("name: tiny\nheads: {intent: {type: choice, labels: [a, b]}}\n")
    (tmp_path / "l.jsonl").write_text('{"text": "first", "label": "a"}\n')
    return tmp_path


def test_a_project_that_was_never_served_has_nothing_to_export_and_gets_no_database(folder):
    with pytest.raises(CheckFailed, match="this project has no server's database"):
        export_labels(folder / "out.jsonl", project=folder)
    assert not (folder / "server").exists()


def test_labels_may_be_there_before_the_first_server(folder):
    import_labels([folder / "l.jsonl"], project=folder)
    export_labels(folder / "out.jsonl", project=folder)
    assert json.loads((folder / "out.jsonl").read_text())["intent"] == "a"


def test_a_server_of_a_bundle_alone_has_the_bundles_labels(folder):
    (folder / "sayso.yaml").unlink()
    write_bundle(folder / "build" / "bundle", CODE_SEARCH)
    with pytest.raises(SaysoError, match="'a' is not a label of 'intent'"):
        import_labels([folder / "l.jsonl"], project=folder)
    (folder / "l.jsonl").write_text('{"text": "first", "label": "TextSearch"}\n')
    import_labels([folder / "l.jsonl"], project=folder)
    export_labels(folder / "out.csv", dialect="label", project=folder)
    assert (folder / "out.csv").read_text().splitlines() == ["text,label", "first,TextSearch"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "jsnl"}, "not 'jsnl'; did you mean 'jsonl'"),
        ({"output": "x.xlsx"}, "labels are written as jsonl or csv, not 'xlsx'"),
        ({"dialect": "lable"}, "did you mean 'label'"),
        ({"since": "yesterday"}, "--since takes `last` alone"),
        ({"as_json": True}, "--json goes with --output"),
        ({"since": "last", "output": "l.jsonl"}, "l.jsonl is there already"),
    ],
)
def test_what_makes_no_sense_is_told(folder, options, message):
    if "output" in options:
        options = options | {"output": folder / options["output"]}
    with pytest.raises(UsageError, match=message):
        export_labels(project=folder, **options)


def test_a_whole_export_may_take_the_place_of_an_older_one(folder):
    import_labels([folder / "l.jsonl"], project=folder)
    for _ in range(2):
        export_labels(folder / "out.jsonl", project=folder)
    assert len((folder / "out.jsonl").read_text().splitlines()) == 1
