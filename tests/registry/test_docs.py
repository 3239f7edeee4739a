"""What docs/registry.md shows is what happens."""

import re
import shlex
from pathlib import Path

import huggingface_hub.constants
import pytest
from typer.testing import CliRunner

from registry.bundles import golden_bundle
from registry.hub import WRITER, serving
from sayso.cli.app import app
from sayso.registry import add, promote

PAGE = (Path(__file__).parents[2] / "docs" / "registry.md").read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path, monkeypatch, bundles):
    """A folder with a bundle that was built, a registry with three versions of the model, and a hub."""
    golden_bundle(tmp_path / "build" / "bundle", name="my-intents")
    for bundle in bundles[:3]:
        promote(add(tmp_path / "registry", bundle, "my-intents"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAYSO_REGISTRY", str(tmp_path / "registry"))
    monkeypatch.setenv("HF_TOKEN", WRITER)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield tmp_path


def test_every_command_and_every_line_of_python_on_the_page_runs(project):
    blocks = re.findall(r"```(sh|python)\n(.*?)```", PAGE, flags=re.DOTALL)
    commands = [line for language, block in blocks if language == "sh" for line in block.splitlines()]
    for command in commands:
        result = CliRunner().invoke(app, shlex.split(command, comments=True)[1:])
        assert result.exit_code == 0, (command, result.exception, result.output)
    [program] = [block for language, block in blocks if language == "python"]
    seen = {}
    exec(program, seen)
    assert seen["model"].predict("who calls login").label == "FindCallers"
    assert len(commands) == 13


def test_the_folder_is_laid_out_as_the_formats_page_says(project):
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    table = page.partition("## Registry")[2].partition("## Corrections")[0]
    for path in (project / "registry").rglob("*"):
        inside = path.relative_to(project / "registry").as_posix()
        if path.is_file() and path.name != ".lock" and "/bundle/" not in inside:
            form = re.sub(r"/versions/\d+/", "/versions/N/", inside.replace("my-intents/", "NAME/")).replace("production", "ALIAS")
            assert f"`{form}`" in table
