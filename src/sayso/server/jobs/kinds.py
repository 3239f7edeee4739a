"""The kinds of jobs: what may be asked of each, and by which command it is done."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, model_validator

from sayso.project import FILE_NAME
from sayso.server.access.roles import Who
from sayso.server.settings import Settings

LONGEST_REASON = 500
SECONDS_BETWEEN_SIGNALS = 10.0
PYTHON = (sys.executable, "-P")
"""-P: what lies in the folder that the server was started in is no module of ours."""


def plain(text: str) -> str:
    """One line of what can be written anywhere: a command line, a database, a page."""
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) in ("Cc", "Cs") else one for one in " ".join(text.split()))


class Retraining(BaseModel):
    """How to retrain: whether the new version goes into production if its gates hold, and why it is made."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "if": {"properties": {"promote": {"const": True}}, "required": ["promote"]},
            "then": {"properties": {"why": {"pattern": r"\S"}}, "required": ["why"]},
        },
    )

    promote: StrictBool = Field(default=False, description="Whether production gets the new version, if every gate holds.")
    why: Annotated[str, AfterValidator(plain)] = Field(default="", max_length=LONGEST_REASON, description="Kept with the version.")

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.promote and not self.why:
            raise ValueError("say `why` when it is to be promoted")
        return self


@dataclass(frozen=True)
class Kind:
    """One kind: what the command for it is, what speaks against it here (None: nothing), and what it does, one after the other.

    `seconds` are between the signals by which a job is stopped.
    """

    command: Callable[[Settings, Retraining, Who], list[str]]
    obstacle: Callable[[Settings], str | None] = lambda settings: None
    steps: tuple[str, ...] = ()
    seconds: float = SECONDS_BETWEEN_SIGNALS


def _retrain(settings: Settings, options: Retraining, who: Who) -> list[str]:
    command = [*PYTHON, "-m", "sayso", "retrain", "--project", str(settings.project.resolve()), "--json"]
    why = f"{options.why} ({who.name})" if options.why else f"asked for by {who.name}"
    return [*command, *(["--promote"] if options.promote else []), f"--why={why}"]


def _no_project(settings: Settings) -> str | None:
    if (settings.project / FILE_NAME).is_file():
        return None
    return f"there is no {FILE_NAME} in this server's project, so there is nothing to retrain"


RETRAIN_STEPS = (
    *("labels", "merge", "generate", "check", "verify", "train", "export", "calibrate", "evaluate", "bundle", "compare", "register"),
)
KINDS = {"retrain": Kind(_retrain, _no_project, RETRAIN_STEPS)}
