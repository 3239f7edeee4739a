"""docs/cli-schema.md says what a schema can say."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from clischema.samples import write_sample
from sayso.clischema import Argument, Binding, CommandSchema, Example, Flag, Schema
from sayso.clischema.read import check_file
from sayso.clischema.schema import TYPES

PAGE = (Path(__file__).parents[2] / "docs" / "cli-schema.md").read_text(encoding="utf-8")


def block(language):
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1]


@pytest.mark.parametrize("part", [Argument, Binding, CommandSchema, Example, Flag, Schema], ids=lambda part: part.__name__)
def test_every_key_is_documented(part):
    words = set(re.findall(r"\w+", PAGE))
    assert [field.name for field in fields(part) if field.name not in words | {"synonyms"}] == []


def test_every_type_is_documented():
    assert [name for name in TYPES if f"`{name}`" not in PAGE] == []


def test_the_schema_that_is_shown_has_nothing_wrong(tmp_path):
    assert check_file(write_sample(tmp_path, block("yaml"))).problems == ()


def test_the_program_that_is_shown_runs(tmp_path, monkeypatch):
    write_sample(tmp_path / "schemas", block("yaml"))
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(block("python"), names)
    schema, command = names["schema"], names["command"]
    assert names["to_argv"](schema, command) == ["bake", "order", "list", "--limit", "5", "--web"]
    assert names["parse_line"](schema, "bake orders ls -wL5") == command
    assert names["risk_of"](schema, command.path, command.flags) == "read"
