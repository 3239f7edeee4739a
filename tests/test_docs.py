"""The docs say what the program does."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from sayso import project

ROOT = Path(__file__).parent.parent
SECTIONS = [value for value in vars(project).values() if isinstance(value, type) and issubclass(value, project.Section)]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_key_of_the_project_file_is_documented(section: type[BaseModel]):
    text = (ROOT / "docs" / "project-file.md").read_text(encoding="utf-8")
    undocumented = [key for key in section.model_fields if f"`{key}`" not in text and section is not project.Gate]
    assert undocumented == []


def test_the_command_line_page_is_what_the_commands_say():
    import importlib.util

    spec = importlib.util.spec_from_file_location("generate_cli", ROOT / "docs" / "generate_cli.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == generator.page(), "run: python docs/generate_cli.py"


def test_every_page_that_is_linked_exists():
    import re

    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links {target}"
