"""What several verbs say of the model that they are given."""

from __future__ import annotations

from pathlib import Path

from sayso.cli import terminal
from sayso.loading import is_zero_shot


def tell_what_is_left_out(model: str, project: Path) -> None:
    """Say which of the project's heads a zero-shot model does not have."""
    if not is_zero_shot(model):
        return
    from sayso.project import Project
    from sayso.zeroshot.sentences import left_out

    for name in left_out(Project.load(project)):
        terminal.say(f"{name} is left out: there is no telling a number from a description; it takes examples and training")
