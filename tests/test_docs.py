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
