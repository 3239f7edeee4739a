import json
from pathlib import Path

import pytest

from clischema.samples import write_sample
from sayso.cli.init import init
from sayso.errors import SchemaError, UsageError
from sayso.project import Project
from sayso.recipes import recipes


@pytest.mark.parametrize("recipe", recipes())
def test_every_recipe_becomes_a_project_that_loads(tmp_path, recipe):
    init(tmp_path / "mine", recipe=recipe)
    assert Project.load(tmp_path / "mine").name == recipe


def test_a_folder_with_something_in_it_is_never_written_over(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty; name a new folder"):
        init(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "new").mkdir()
    init(tmp_path / "new")
    assert (tmp_path / "new" / "sayso.yaml").is_file()


def test_an_unknown_recipe_is_answered_with_the_nearest_one(tmp_path):
    with pytest.raises(UsageError, match="no recipe 'code-serch'; did you mean 'code-search'"):
        init(tmp_path / "new", recipe="code-serch")
    assert not (tmp_path / "new").exists()


def test_recipes_are_listed_with_what_they_are_for(capsys):
    init(list_recipes=True)
    assert "code-search    Eight intents" in capsys.readouterr().out


@pytest.mark.parametrize("engine", [None, "llm"])
def test_a_schema_becomes_a_project_that_finds_it(tmp_path, engine):
    file = write_sample(tmp_path / "schemas")
    init(tmp_path / "training" / "bake", commands=str(file), engine=engine)
    project = Project.load(tmp_path / "training" / "bake")
    assert (project.name, project.engine) == ("bake", engine or "encoder")
    assert project.commands == Path("../../schemas/bake.yaml")
    assert project.tool.name == "bake"


def test_a_schema_of_the_package_is_copied_by_its_name(tmp_path, capsys):
    init(tmp_path / "mine", commands="gh", as_json=True)
    assert json.loads(capsys.readouterr().out)["files"] == [str(tmp_path / "mine" / name) for name in ("sayso.yaml", "schema.yaml")]
    assert Project.load(tmp_path / "mine").tool.name == "gh"


def test_a_project_for_a_schema_is_never_written_over_and_rows_beside_it_stay(tmp_path):
    (tmp_path / "mine" / "data").mkdir(parents=True)
    (tmp_path / "mine" / "data" / "train.jsonl").write_text("mine")
    init(tmp_path / "mine", commands="gh")
    (tmp_path / "mine" / "sayso.yaml").write_text("mine")
    with pytest.raises(UsageError, match="is there already; name a new folder"):
        init(tmp_path / "mine", commands="gh")
    assert (tmp_path / "mine" / "sayso.yaml").read_text() == "mine"


def test_a_schema_that_is_broken_or_unknown_makes_no_project(tmp_path):
    file = write_sample(tmp_path, "cli_name: b\n", "b.yaml")
    for commands in (str(file), "nothing-like-it"):
        with pytest.raises(SchemaError):
            init(tmp_path / "mine", commands=commands)
    assert not (tmp_path / "mine").exists()


def test_an_engine_without_a_schema_is_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="--engine goes with --commands"):
        init(tmp_path / "mine", engine="llm")
