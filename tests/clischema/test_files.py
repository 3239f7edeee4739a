import pytest

from clischema.samples import write_sample
from sayso.clischema.files import packaged_schema_files, schema_file, schema_files
from sayso.errors import SchemaError


def test_a_projects_schemas_are_found_by_name(tmp_path):
    bake = write_sample(tmp_path / "schemas")
    alone = write_sample(tmp_path, name="schema.yaml")
    assert schema_files(tmp_path) == [alone, bake]
    assert schema_file("bake", tmp_path) == alone
    alone.unlink()
    assert schema_file("bake", tmp_path) == bake
    assert schema_file(str(bake), tmp_path / "elsewhere") == bake


def test_an_unknown_schema_is_answered_with_the_nearest(tmp_path):
    write_sample(tmp_path / "schemas")
    with pytest.raises(SchemaError, match="there is no schema 'bak'; did you mean 'bake'"):
        schema_file("bak", tmp_path)
    with pytest.raises(SchemaError, match="this file is missing"):
        schema_file("bak.yaml", tmp_path)


def test_the_packaged_schemas_can_be_read():
    from sayso.clischema.read import read_schema

    assert all(read_schema(file) for file in packaged_schema_files())
