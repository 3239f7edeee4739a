"""A project -> the heads that a zero-shot model can have, and the sentences that say what each of their labels means."""

from __future__ import annotations

from collections.abc import Mapping

from sayso.errors import ProjectError
from sayso.project import FILE_NAME, Head, Project

Sentences = Mapping[str, tuple[str, ...]]
"""Of each label, its description and its example sentences."""
TAKE_ROWS = ("score", "spans")
"""What no sentence about a label can tell: a number, and where in a text something stands."""


def zero_shot_project(project: Project) -> Project:
    """The project without what takes training rows: its score and spans heads, the rules that need them, its gates."""
    heads = {name: head for name, head in project.heads.items() if head.type not in TAKE_ROWS}
    if not heads:
        told = "a zero-shot model needs a head that chooses among labels, and this project has only numbers or pieces of texts"
        raise ProjectError(told, project.folder / FILE_NAME)
    return project.model_copy(update={"heads": heads, "rules": None, "gates": ()})


def left_out(project: Project) -> list[str]:
    """The heads that a zero-shot model of this project does not have."""
    return [name for name, head in project.heads.items() if head.type in TAKE_ROWS]


def sentences_of(project: Project, name: str) -> Sentences:
    """What is known of a head's labels. All but the fallback need something: a label's name is for programs and says little."""
    head = project.heads[name]
    found = {label: _known_of(head, label) for label in head.labels}
    unknown = [label for label, known in found.items() if not known and label != head.fallback]
    if unknown:
        others = f" (nor is it of {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise ProjectError(
            f"heads.{name}.labels.{unknown[0]}: it is not said what this label means{others}; "
            "zero-shot needs a description or `examples` of each",
            project.folder / FILE_NAME,
        )
    return found


def _known_of(head: Head, label: str) -> tuple[str, ...]:
    about = head.labels[label]
    return tuple(sentence.strip() for sentence in (about.description, *about.examples) if sentence.strip())
