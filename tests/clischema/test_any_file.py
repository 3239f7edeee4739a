"""Whatever a file holds, there is a schema or a list of problems, never a traceback."""

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clischema.commands import commands
from clischema.samples import BAKE, write_sample
from sayso.clischema import checked, parse, to_argv
from sayso.clischema.read import check_file, read_schema
from sayso.clischema.write import write_schema
from sayso.errors import SchemaError

NAMES = (
    "name",
    "type",
    "range",
    "values",
    "context",
    "short",
    "long",
    "aliases",
    "args",
    "flags",
    "subcommands",
    "positional",
    "exclusive",
)
KEYS = st.sampled_from((*NAMES, "examples", "x"))
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["enum", "integer", "-", "--", "a b", "="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.integers(), inner, max_size=3),
    max_leaves=5,
)


def changed(draw, node):
    """The document with something odd in one place."""
    if isinstance(node, dict) and node and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(node)))
        return node | {key: changed(draw, node[key])}
    if isinstance(node, list) and node and draw(st.integers(0, 9)):
        place = draw(st.integers(0, len(node) - 1))
        return [changed(draw, one) if at == place else one for at, one in enumerate(node)]
    if isinstance(node, dict) and draw(st.booleans()):
        return node | {draw(KEYS): draw(ODD)}
    return draw(ODD)


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_file_with_anything_in_it_is_answered(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("odd")
    document = changed(data.draw, yaml.safe_load(BAKE))
    file = write_sample(folder, yaml.safe_dump(document, allow_unicode=True))
    try:
        found = check_file(file)
    except SchemaError:
        return
    assert all(problem.line for problem in found.problems)
    if found.schema is None:
        assert any(problem.severity == "error" for problem in found.problems)
        return
    write_schema(found.schema, folder / "again.yaml")
    assert read_schema(folder / "again.yaml") == found.schema
    command = data.draw(commands(found.schema))
    assert parse(found.schema, to_argv(found.schema, command)) == checked(found.schema, command)


def test_a_schema_that_holds_itself_is_refused(tmp_path):
    file = write_sample(tmp_path, "cli_name: t\ncommands: &all\n  - {name: a, subcommands: *all}\n")
    with pytest.raises(SchemaError, match="it holds itself by a YAML alias"):
        check_file(file)
