"""A project's labels -> the question of each batch: some labels with what they mean, and all that they are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sayso.errors import UsageError
from sayso.generate.llm.client import Question
from sayso.generate.llm.turns import turn
from sayso.generate.llm.voices import voice
from sayso.project import Head, Label, Project

ROWS_A_LABEL = 4

SYSTEM = (
    "You write training data for a program that sorts what people write by what they mean. "
    "You answer with JSON alone: one object with a list `examples`, without comments."
)
RULES = """\
Rules:
- `text` is what a person would write to the program. It never names the label, and it means this label and no other.
- Say the same thing in very different ways: other verbs, other word order, a hint instead of a request, a whole sentence or two words.
- Invent details (names, times, numbers) anew for every text. No two texts alike."""


@dataclass(frozen=True)
class LabelBatches:
    """The questions of a project's heads; heads with labels take turns."""

    project: Project
    batch: int
    seed: int

    key = "text"

    def question(self, number: int) -> Question:
        """What batch `number` asks for; the same for the same number and seed."""
        heads = heads_with_labels(self.project)
        name = list(heads)[number % len(heads)]
        head = heads[name]
        labels = turn(list(head.labels), max(1, self.batch // ROWS_A_LABEL), number // len(heads), self.seed, name)
        others = [label for label in head.labels if label not in labels]
        parts = [
            *([f"The program: {self.project.description.strip()}"] if self.project.description else []),
            f"A text's `{name}`" + (f": {head.description}" if head.description else "") + "\n"
            "These are the labels to write texts for, each about equally often:\n"
            + "\n".join(map(_line, labels, map(head.labels.get, labels))),
            *([f"The others, which the texts must not mean: {', '.join(others)}."] if others else []),
            *([f"`{head.fallback}` is for whatever is none of the others."] if head.fallback in labels else []),
            RULES,
            f"{voice(number, self.seed)}{self._language(number // len(heads))}",
            f"Answer with {self.batch} examples:\n" + f'{{"examples": [{{"text": …, "{name}": …}}, …]}}',
        ]
        return Question(SYSTEM, "\n\n".join(parts), _form(name, labels))

    def _language(self, turn_: int) -> str:
        language = self.project.languages[turn_ % len(self.project.languages)]
        return "" if language == "en" else f" The texts are in the language `{language}`."


def heads_with_labels(project: Project) -> Mapping[str, Head]:
    """The heads that texts can be asked for by label."""
    heads = {name: head for name, head in project.heads.items() if head.type in ("choice", "tags")}
    if not heads:
        raise UsageError("no head of this project has labels that a language model could write texts for: that takes `choice` or `tags`")
    return heads


def _line(name: str, label: Label | None) -> str:
    if label is None:
        return f"- `{name}`"
    told = [label.description, *label.tie_breakers]
    if label.examples:
        told.append("such as " + ", ".join(f'"{example}"' for example in label.examples))
    return f"- `{name}`: " + " ".join(filter(None, told)) if any(told) else f"- `{name}`"


def _form(name: str, labels: list[str]) -> dict[str, Any]:
    row = {
        "type": "object",
        "properties": {"text": {"type": "string"}, name: {"type": "string", "enum": labels}},
        "required": ["text", name],
    }
    return {"type": "object", "properties": {"examples": {"type": "array", "minItems": 1, "items": row}}, "required": ["examples"]}
