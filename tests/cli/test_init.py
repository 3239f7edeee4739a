import pytest

from sayso.cli.init import init
from sayso.errors import UsageError
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
