"""What several verbs say of the model that they are given, or ask of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sayso.cli import terminal
from sayso.loading import candidate_of, is_zero_shot

if TYPE_CHECKING:
    from sayso.labeling.labels import LabelSets
    from sayso.server.settings import Settings


def tell_what_is_left_out(model: str, project: Path) -> None:
    """Say which of the project's heads a zero-shot model does not have."""
    if not is_zero_shot(model):
        return
    from sayso.project import Project
    from sayso.zeroshot.sentences import left_out

    for name in left_out(Project.load(project)):
        terminal.say(f"{name} is left out: there is no telling a number from a description; it takes examples and training")


def labels_of_server(settings: Settings) -> LabelSets:
    """What may be answered on a server: the labels of sayso.yaml, or without one those of its model."""
    from sayso.labeling.labels import LabelSets, sets_of
    from sayso.project import FILE_NAME, Project

    if settings.project.is_file() or (settings.project / FILE_NAME).is_file():
        return LabelSets.of_project(Project.load(settings.project))
    heads = candidate_of(settings.model or settings.project).heads
    return LabelSets(sets_of(heads), next((name for name, head in heads.items() if head.type == "choice"), None))
