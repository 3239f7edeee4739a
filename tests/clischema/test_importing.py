import pytest

from clischema.samples import write_sample
from sayso.clischema.importing import import_schema
from sayso.clischema.read import check_file
from sayso.clischema.write import write_schema
from sayso.errors import SchemaError

OLD = "cli_name: t\ncommands: [{name: go, args: [{name: number, type: integer}]}]\n"


def test_a_schemas_own_file_is_imported_to_write_its_guesses_down(tmp_path):
    write_schema(import_schema(str(write_sample(tmp_path, OLD))).schema, tmp_path / "new.yaml")
    checked = check_file(tmp_path / "new.yaml")
    assert checked.problems == ()
    assert [argument.name for argument in checked.schema.commands[0].positionals] == ["number"]


def test_what_makes_no_schema_is_an_error_with_every_reason(tmp_path):
    write_sample(tmp_path, "name: t\nflags: {'-a, --one': x, '-a, --two': y, '-b, --three': x, '-b, --four': x}\n", "t.yaml")
    with pytest.raises(SchemaError) as error:
        import_schema(str(tmp_path))
    assert "-a is both 'one' and 'two'" in str(error.value)
    assert "-b is both 'three' and 'four'" in str(error.value)


@pytest.mark.parametrize(("source", "told"), [("nowhere", "is no folder, no file"), ("nowhere.yaml", "this file is missing")])
def test_a_source_that_is_nothing_is_told(tmp_path, monkeypatch, source, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SchemaError, match=told):
        import_schema(source)


def test_a_python_file_is_answered_with_the_module_s_name():
    with pytest.raises(SchemaError, match=r"such as tools\.app_arg:make"):
        import_schema("./tools/app_arg.py:make")
    with pytest.raises(SchemaError, match="such as app_arg:parser"):
        import_schema("app_arg.py")
