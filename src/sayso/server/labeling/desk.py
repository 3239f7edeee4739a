"""Desk: what a server's labeling shares: the project's labels and rules, and the capture of what it answers."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from sayso.labeling.labels import Answer, LabelSets, UnknownLabel
from sayso.labeling.redact import Redactor
from sayso.project import FILE_NAME, Labeling, Project
from sayso.server.labeling.capture import Capture
from sayso.server.problems import Problem

if TYPE_CHECKING:
    from sayso.server.settings import Settings
    from sayso.server.state import Server


class Desk:
    """Made with the server; a project that cannot be read is an error then, and not when somebody labels."""

    def __init__(self, server: Server) -> None:
        self.project = project_of(server.settings)
        self.rules = self.project.labeling if self.project else Labeling()
        self.redact = Redactor.of(self.rules.redact)
        self.capture = Capture(server.database, server.settings, self.rules, server.monitoring.metrics)
        self._production = server.production
        server.observers.append(self.capture.observe)

    @property
    def labels(self) -> LabelSets:
        """What may be answered: the labels of sayso.yaml, or without one those of the model that answers now."""
        if self.project:
            return LabelSets.of_project(self.project)
        return LabelSets.of_spec(self._production.serving.predictor.spec)

    @property
    def lease(self) -> datetime.timedelta:
        """So long an item is kept for the person who took it."""
        return datetime.timedelta(minutes=self.rules.lease_minutes)

    def answer(self, label: str | None, answers: dict[str, Any] | None) -> Answer:
        """The answer that somebody gave head by head, or as one label of the main head."""
        try:
            return self.labels.answer(answers) if answers else self.labels.of_main(label or "")
        except UnknownLabel as error:
            raise Problem(404, "unknown_label", str(error)) from None


def project_of(settings: Settings) -> Project | None:
    """The project that a server is started in; None where there is only a model. A ProjectError if it cannot be read."""
    return Project.load(settings.project) if (settings.project / FILE_NAME).is_file() else None
