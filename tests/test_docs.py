"""The docs say what the program does."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from sayso import tuning
from sayso.gate import Gate
from sayso.project import heads, project, sections
from sayso.section import Section

ROOT = Path(__file__).parent.parent
KNOWN = {value for module in (project, heads, sections, tuning) for value in vars(module).values() if isinstance(value, type)}
SECTIONS = sorted((known for known in KNOWN - {Section, Gate} if issubclass(known, Section)), key=lambda known: known.__name__)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_key_of_the_project_file_is_documented(section: type[BaseModel]):
    text = (ROOT / "docs" / "project-file.md").read_text(encoding="utf-8")
    undocumented = [key for key in section.model_fields if f"`{key}`" not in text]
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


def blocks(page, language):
    import re

    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_the_projects_that_are_shown_are_projects(page):
    import yaml

    shown = [yaml.safe_load(text) for text in blocks(page, "yaml") if text.startswith("name:")]
    assert shown
    for document in shown:
        project.Project.model_validate(document)


def test_the_templates_that_are_shown_give_texts():
    import yaml

    from sayso.generate.dice import Dice
    from sayso.generate.grammar import Grammar
    from sayso.generate.slots import slot_from_yaml

    shown = [yaml.safe_load(text) for text in blocks("docs/templates.md", "yaml")]
    rules = {name: rule for document in shown for name, rule in document.get("expansion_rules", {}).items()}
    lists = {name: slot_from_yaml(entry) for document in shown for name, entry in document.get("lists", {}).items()}
    grammar = Grammar(rules, lists | {"day": lists["goods"]})
    sentences = [text for document in shown for block in document.get("data", ()) for text in block["sentences"]]
    assert len(sentences) == 3
    assert all(grammar.draw(text, Dice(1)) for text in sentences)
    assert grammar.draw("{function}", Dice(1))
