import sys

import pytest

from clischema.samples import write_sample
from sayso.clischema import parse_line, scope_of
from sayso.clischema.from_app import from_app
from sayso.errors import SchemaError

ARGPARSE = """\
import argparse, pathlib
parser = argparse.ArgumentParser(prog="oven", description="Heat things", allow_abbrev=False)
parser.add_argument("--version", action="version", version="1")
parser.add_argument("-v", "--verbose", action="count")
commands = parser.add_subparsers(required=True)
bake = commands.add_parser("bake", aliases=["cook"], help="Bake %% something")
bake.add_argument("recipe", type=pathlib.Path)
bake.add_argument("tins", nargs="*")
bake.add_argument("-L", "--limit", type=int, default=12, help="How many")
bake.add_argument("--level", type=int, choices=range(1, 6))
bake.add_argument("--state", choices=["raw", "baked"], default="raw")
bake.add_argument("--label", action="append")
bake.add_argument("--weight", type=float)
bake.add_argument("--sign", nargs="?", const="me")
bake.add_argument("--glaze", action=argparse.BooleanOptionalAction)
bake.add_argument("--hidden", help=argparse.SUPPRESS)
bake.add_argument("--point", nargs=2)
heat = bake.add_mutually_exclusive_group()
heat.add_argument("--low", action="store_true")
heat.add_argument("--high", action="store_true")
run = commands.add_parser("run")
run.add_argument("words", nargs=argparse.REMAINDER)

def make():
    return parser

def fail():
    raise SystemExit(3)

number = 7
"""

CLICK = """\
import click

@click.group()
@click.option("--config", "-c", type=click.Path())
def cli(config):
    raise RuntimeError("the app was run")

@cli.command()
@click.argument("recipe")
@click.argument("tins", nargs=-1)
@click.option("--limit", "-L", type=click.IntRange(1, 100), default=12, show_default=True, help="How many")
@click.option("--state", type=click.Choice(["raw", "baked"]), default="raw")
@click.option("--label", multiple=True)
@click.option("--shout/--no-shout", default=False)
@click.option("-v", "--verbose", count=True)
@click.option("--secret", hidden=True)
@click.option("--name", required=True)
@click.option("--when", default=lambda: "now")
def bake(**options):
    "Bake something.\\n\\nAnd more."
    raise RuntimeError("the app was run")

@cli.command(hidden=True)
def nothing():
    pass

@cli.command(context_settings={"allow_interspersed_args": False})
@click.argument("words", nargs=-1)
def run(words):
    pass
"""

TYPER = """\
import enum
from typing import Annotated
import typer

app = typer.Typer()
shelf = typer.Typer(help="Work with shelves")
app.add_typer(shelf, name="shelf")

class State(str, enum.Enum):
    raw = "raw"
    baked = "baked"

@app.command()
def bake(recipe: str, limit: Annotated[int, typer.Option("--limit", "-L", min=1)] = 12, state: State = State.raw, glaze: bool = False):
    "Bake something."
    raise RuntimeError("the app was run")

@shelf.command("add")
def add_shelf(number: int):
    pass
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module into the working folder, which is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)

    def write(text, name="their_cli"):
        write_sample(tmp_path, text, f"{name}.py")
        return name

    yield write
    for name in set(sys.modules) - before:
        if name.startswith("their_"):
            del sys.modules[name]


def kinds(schema, *path):
    return {name: (one.type, one.required, one.repeatable, one.default) for name, one in scope_of(schema, path).arguments.items()}


def test_an_argparse_parser_becomes_a_schema(module):
    found = from_app(f"{module(ARGPARSE)}:parser")
    assert (found.schema.name, found.schema.description) == ("oven", "Heat things")
    assert kinds(found.schema, "bake") == {
        "recipe": ("path", True, False, None),
        "tins": ("string", False, True, None),
        "limit": ("integer", False, False, 12),
        "level": ("integer", False, False, None),
        "state": ("enum", False, False, "raw"),
        "label": ("string", False, True, None),
        "weight": ("number", False, False, None),
        "sign": ("string", False, False, None),
        "point": ("string", False, False, None),
    }
    scope = scope_of(found.schema, ["bake"])
    assert list(scope.flags) == ["glaze", "no-glaze", "low", "high", "verbose"]
    assert scope.command.exclusive == (("low", "high"),)
    assert scope.arguments["level"].range == (1, 5)
    assert scope.command.description == "Bake % something"
    assert scope_of(found.schema, ["run"]).command.options_first
    assert found.notes == ("`oven bake`: point takes 2 words; the schema gives it one",)


def test_what_the_schema_parses_argparse_parses_too(module):
    name = module(ARGPARSE)
    found = from_app(f"{name}:parser")
    line = "oven -vv cook a.txt tin1 tin2 --limit 3 --sign=me --no-glaze"
    command = parse_line(found.schema, line)
    theirs = sys.modules[name].parser.parse_args(line.split()[1:])
    assert (command.args["limit"], command.args["sign"], command.flags) == (theirs.limit, theirs.sign, ("no-glaze", "verbose", "verbose"))
    assert (list(command.args["tins"]), theirs.verbose, theirs.glaze) == (theirs.tins, 2, False)


def test_a_click_group_becomes_a_schema_and_is_not_run(module):
    pytest.importorskip("click")
    found = from_app(f"{module(CLICK)}:cli", "oven")
    assert [" ".join(path) for path, _ in found.schema.walk()] == ["", "bake", "run"]
    assert kinds(found.schema, "bake") == {
        "recipe": ("string", True, False, None),
        "tins": ("string", False, True, None),
        "limit": ("integer", False, False, 12),
        "state": ("enum", False, False, "raw"),
        "label": ("string", False, True, None),
        "name": ("string", True, False, None),
        "when": ("string", False, False, None),
        "config": ("path", False, False, None),
    }
    scope = scope_of(found.schema, ["bake"])
    assert (list(scope.flags), scope.command.description) == (["shout", "no-shout", "verbose"], "Bake something.")
    assert scope.arguments["limit"].range == (1, 100)
    assert scope_of(found.schema, ["run"]).command.options_first


def test_a_typer_app_becomes_a_schema_and_is_not_run(module):
    found = from_app(f"{module(TYPER)}:app", "oven")
    assert [" ".join(path) for path, _ in found.schema.walk()] == ["", "bake", "shelf", "shelf add"]
    assert kinds(found.schema, "bake") == {
        "recipe": ("string", True, False, None),
        "limit": ("integer", False, False, 12),
        "state": ("enum", False, False, "raw"),
    }
    assert list(scope_of(found.schema, ["bake"]).flags) == ["glaze", "no-glaze"]


def test_a_function_that_makes_the_parser_is_called_only_when_asked(module):
    name = module(ARGPARSE)
    assert from_app(f"{name}:make()").schema.name == "oven"
    with pytest.raises(SchemaError, match=rf"a function; if it makes the parser, write {name}:make\(\)"):
        from_app(f"{name}:make")


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("their_cli", "is not of the form module:object"),
        ("their_cli:", "is not of the form module:object"),
        ("their_nothing:app", "there is no module 'their_nothing'"),
        ("their_cli:parsr", "their_cli has no 'parsr'; did you mean 'parser'"),
        ("their_cli:number", "no argparse parser, click command or typer app, but a int"),
        ("their_cli:fail()", r"calling their_cli:fail\(\) failed: SystemExit: 3"),
    ],
)
def test_a_reference_that_leads_to_no_app_is_told_in_a_line(module, reference, told):
    module(ARGPARSE)
    with pytest.raises(SchemaError, match=told):
        from_app(reference)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import their_missing", "importing their_cli failed: it needs their_missing, which is not installed"),
        ("raise SystemExit(2)", "importing their_cli failed: SystemExit: 2"),
        ("1 / 0", "importing their_cli failed: ZeroDivisionError"),
        ("def x(:", "importing their_cli failed: SyntaxError"),
    ],
)
def test_a_module_that_cannot_be_imported_is_told_in_a_line(module, text, told):
    with pytest.raises(SchemaError, match=told):
        from_app(f"{module(text)}:app")


def test_an_app_that_cannot_list_its_commands_is_told_in_a_line(module):
    pytest.importorskip("click")
    broken = "import click\nclass Lazy(click.Group):\n    def list_commands(self, ctx):\n        return 1 / 0\ncli = Lazy()\n"
    with pytest.raises(SchemaError, match="reading their_cli:cli failed: ZeroDivisionError"):
        from_app(f"{module(broken)}:cli")


def test_what_a_module_prints_does_not_reach_stdout(module, capsys):
    from_app(f"{module('print(1)' + chr(10) + ARGPARSE)}:parser")
    assert capsys.readouterr().out == ""
