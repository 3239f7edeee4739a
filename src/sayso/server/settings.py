"""The environment -> Settings: what a server process is started with. What may change while it runs is in its config.yaml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from sayso.errors import UsageError
from sayso.section import Section

PREFIX = "SAYSO_"
OTHER_NAMES = {"model": ("HF_INTENT_MODEL",)}
"""Names that earlier systems gave a variable."""


class Settings(Section):
    """Each is an option of `sayso serve`, or the environment variable SAYSO_ and its name in capitals."""

    project: Path = Path()
    model: str | None = None
    registry: Path | None = None
    shadow: str | None = None
    shadow_share: float = Field(default=0.1, ge=0, le=1)
    database_url: str | None = None

    threads: int | None = Field(default=None, ge=1)
    max_body_bytes: int = Field(default=1_000_000, ge=1000)
    max_text_chars: int = Field(default=20_000, ge=1)
    max_texts: int = Field(default=256, ge=1)
    queue_texts: int = Field(default=1024, ge=1)
    rate_per_minute: int = Field(default=30_000, ge=1)
    body_seconds: float = Field(default=10, gt=0)
    answer_seconds: float = Field(default=10, gt=0)

    session_idle_minutes: int = Field(default=60, ge=1)
    session_hours: int = Field(default=12, ge=1)
    log_texts: bool = False
    capture: bool = True

    traffic_days: int = Field(default=90, ge=1)
    drift_baseline: Literal["bundle", "traffic"] = "bundle"
    drift_window_hours: float = Field(default=24, gt=0)
    drift_answers: int = Field(default=500, ge=1)
    drift_threshold: float = Field(default=0.2, gt=0)
    webhook: str | None = Field(default=None, pattern=r"^https?://[^\s/]+")

    @property
    def database(self) -> str:
        """Where the server keeps what it must not lose."""
        return self.database_url or f"sqlite:///{(self.project / 'server' / 'sayso.db').resolve()}"

    @property
    def has_database(self) -> bool:
        """Whether there was ever a server that kept something."""
        return self.database_url is not None or (self.project / "server" / "sayso.db").is_file()

    @property
    def answering_threads(self) -> int:
        """How many texts one process answers at a time: as many as there are processors, unless set."""
        return self.threads or os.cpu_count() or 1

    @property
    def config_file(self) -> Path:
        """The settings that may change while the server runs."""
        return self.project / "config.yaml"


def read_settings(**options: object) -> Settings:
    """The settings of the environment, and over them those options that are not None."""
    found = {name: value for name in Settings.model_fields if (value := _variable(name)) is not None}
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings.model_validate({**found, **given})
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0])
        where = f"--{name.replace('_', '-')}" if name in given else f"{PREFIX}{name.upper()}"
        raise UsageError(f"{where}: {problem['msg']} (found {problem['input']!r})") from None


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables from which another process reads the same settings."""
    plain = settings.model_dump(mode="json", exclude_none=True)
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in plain.items()}


def _variable(name: str) -> str | None:
    names = (f"{PREFIX}{name.upper()}", *OTHER_NAMES.get(name, ()))
    return next((value for one in names if (value := os.environ.get(one))), None)
