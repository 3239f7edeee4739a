"""A project's rows are counted where they are made, and reckoned where they are not."""

import pytest

from sayso.doctor.rows import MADE_UP, rows_of
from sayso.generate.stage import generate
from sayso.project import Project
from sayso.recipes import copy_recipe


def test_made_rows_are_counted_and_some_are_read(tiny_project, tiny_data):
    rows = rows_of(tiny_project)
    assert rows.made
    assert rows.splits == dict(tiny_data.manifest["rows"])
    assert 0 < len(rows.texts) <= 256


def test_a_file_of_examples_tells_how_many_there_will_be(tiny_project):
    rows = rows_of(tiny_project)
    assert not rows.made
    assert (rows.splits["train"], sum(rows.splits.values())) == (99, 180)
    assert rows.texts[0] != MADE_UP


def test_templates_and_missing_files_are_reckoned_without_reading_them(tmp_path):
    copy_recipe("code-search", tmp_path / "mine")
    project = Project.load(tmp_path / "mine")
    assert sum(rows_of(project).splits.values()) == 8 * project.generate.samples_per_label
    assert rows_of(project).texts == [MADE_UP]


@pytest.mark.parametrize("engine", ["encoder", "llm"])
def test_a_schema_gives_about_as_many_rows_as_are_reckoned(tmp_path, engine):
    from clischema.samples import write_sample

    write_sample(tmp_path, name="schema.yaml")
    (tmp_path / "sayso.yaml").write_text(f"name: bake\ncommands: schema.yaml\nengine: {engine}\ngenerate: {{rows_per_command: 40}}\n")
    project = Project.load(tmp_path)
    reckoned = rows_of(project)
    assert {request for request, _ in reckoned.answers}
    made = generate(project, project.build / "verified")
    for split in ("train", "test"):
        assert reckoned.splits[split] == pytest.approx(made.manifest["rows"][split], rel=0.6)
    assert bool(rows_of(project).answers) == (engine == "llm")
