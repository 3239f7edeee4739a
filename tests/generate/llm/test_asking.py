"""What is asked for: everything equally often, in the proportions that the docs name, never the same question twice."""

import re
from collections import Counter

import pytest

from generate.llm.endpoint import bakery
from sayso.clischema import CommandSchema, Schema
from sayso.clischema.heads import KINDS_BY_MODEL
from sayso.clischema.schema import Argument, Flag
from sayso.errors import UsageError
from sayso.generate.llm.asking_commands import CommandBatches
from sayso.generate.llm.asking_labels import LabelBatches, heads_with_labels
from sayso.project import Project


def large(commands=50, parts=40):
    """A tool with many commands, each with many options."""
    options = tuple(Argument(f"option{number}") for number in range(parts))
    flags = tuple(Flag(f"flag{number}") for number in range(parts))
    return Schema(
        "big", commands=tuple(CommandSchema(f"do{number}", f"Do {number}", args=options, flags=flags) for number in range(commands))
    )


def commands_in(text):
    return re.findall(r"^- command: (\S+)", text, re.MULTILINE)


@pytest.fixture(scope="module")
def batches(tmp_path_factory):
    return CommandBatches(bakery(tmp_path_factory.mktemp("bake")).tool, 20, 1)


def test_a_batch_shows_a_part_of_a_large_schema_and_all_commands_take_turns():
    batches = CommandBatches(large(), 20, 1)
    asked = [commands_in(batches.question(number).text) for number in range(7 * 7)]
    assert all(len(part) <= 8 for part in asked)
    assert len({tuple(part) for part in asked}) == len(asked)
    times = Counter(command for part in asked for command in part)
    assert len(times) == 50 and set(times.values()) == {7}


def test_a_command_with_many_options_shows_others_each_time():
    batches = CommandBatches(large(commands=1), 20, 1)
    shown = [set(re.findall(r"^    (option\d+|flag\d+):", batches.question(number).text, re.MULTILINE)) for number in range(40)]
    assert all(len(one) == 24 for one in shown)
    assert len(set.union(*shown)) == 80


def test_the_same_number_and_seed_are_the_same_question_and_others_are_others(batches):
    assert batches.question(3) == CommandBatches(batches.schema, 20, 1).question(3)
    others = [CommandBatches(batches.schema, 20, seed).question(number).text for seed in (1, 2) for number in range(200)]
    assert len(set(others)) == len(others)


def test_three_fifths_have_a_context_one_none_and_one_is_unclear_in_every_way(batches):
    kinds = Counter()
    for number in range(30):
        text = batches.question(number).text
        assert "- 12 clear requests with a `context`" in text and "- 4 clear requests with `context` null" in text
        kinds.update({kind: int(times) for times, kind in re.findall(r'^- (\d+) of the kind "(\w+)"', text, re.MULTILINE)})
    assert sum(kinds.values()) == 30 * 4
    assert set(kinds) == {*KINDS_BY_MODEL, "missing_argument"} - {"command", "several"}
    assert max(kinds.values()) - min(kinds.values()) <= 2


def test_a_tool_that_knows_no_context_is_asked_for_without_one():
    text = CommandBatches(large(), 20, 1).question(0).text
    assert "- 16 clear requests with `context` null" in text and "with a `context`" not in text and "from_context" not in text


def test_the_languages_of_a_project_take_turns():
    batches = CommandBatches(large(), 20, 1, ("en", "de"))
    assert "language" not in batches.question(0).text and "in the language `de`" in batches.question(1).text


def test_even_a_batch_of_one_asks_for_something():
    assert "Answer with 1 examples" in CommandBatches(large(), 1, 1).question(5).text


SHOP = """\
name: shop
description: A bakery's chat
heads:
  intent:
    type: choice
    fallback: other
    labels:
      hours: {description: When the shop is open., examples: [till when are you open]}
      buy: Wants to buy something.
      other: Anything else.
  things: {type: tags, labels: [bread, cake]}
  score: {type: score}
"""


def project_of(folder, text):
    (folder / "sayso.yaml").write_text(text)
    return Project.load(folder)


def test_labels_are_asked_for_with_what_they_mean_and_take_turns(tmp_path):
    batches = LabelBatches(project_of(tmp_path, SHOP), 8, 1)
    texts = [batches.question(number).text for number in range(24)]
    assert len(set(texts)) == 24
    asked = Counter(label for text in texts for label in re.findall(r"^- `(\w+)`", text, re.MULTILINE))
    assert asked["hours"] == asked["buy"] == asked["other"] == 6 and asked["bread"] == asked["cake"] == 12
    hours = next(text for text in texts if "- `hours`" in text)
    assert 'When the shop is open. such as "till when are you open"' in hours and "A bakery's chat" in hours


def test_a_project_without_labels_says_so(tmp_path):
    with pytest.raises(UsageError, match="no head of this project has labels"):
        heads_with_labels(project_of(tmp_path, "name: shop\nheads: {score: {type: score}}\n"))
