import subprocess
import sys

import pytest

from clischema.samples import BAKE, real_schemas, write_sample
from sayso.clischema import from_spec, to_spec
from sayso.clischema.importing import import_schema
from sayso.clischema.read import read_schema
from sayso.clischema.write import write_schema


def test_a_schema_that_is_written_is_read_as_the_same(tmp_path):
    schema = read_schema(write_sample(tmp_path, BAKE))
    write_schema(schema, tmp_path / "out" / "bake.yaml", "two\nlines")
    assert (tmp_path / "out" / "bake.yaml").read_text().startswith("# two\n# lines\ncli_name: bake\n")
    assert read_schema(tmp_path / "out" / "bake.yaml") == schema
    assert from_spec(to_spec(schema)) == schema


@pytest.mark.parametrize("name", ["gh-nested.yaml", "gh", "git", "docker"])
def test_so_it_is_with_tools_that_are_used(tmp_path, name):
    schema = import_schema(str(real_schemas(name))).schema
    write_schema(schema, tmp_path / "out.yaml")
    assert read_schema(tmp_path / "out.yaml") == schema
    assert from_spec(to_spec(schema)) == schema


def test_only_what_is_said_is_written(tmp_path):
    text = "cli_name: t\npositionals: declared\ncommands:\n- name: go\n  args:\n  - name: x\n    default: false\n    type: boolean\n"
    schema = read_schema(write_sample(tmp_path, text))
    assert to_spec(schema)["commands"] == [{"name": "go", "args": [{"name": "x", "type": "boolean", "default": False}]}]


def test_commands_are_built_and_parsed_without_pydantic_and_yaml():
    program = "import sys, sayso.clischema; print(sorted({'pydantic', 'yaml', 'numpy'} & {name.partition('.')[0] for name in sys.modules}))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
