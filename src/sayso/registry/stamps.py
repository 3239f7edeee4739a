"""When something was done in a registry, by whom, and why."""

from __future__ import annotations

import datetime
import getpass
import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Stamp:
    """A moment (ISO 8601, UTC), a person (`user@machine`), and what they said it was for."""

    when: str
    who: str
    why: str

    @property
    def age(self) -> datetime.timedelta:
        """How long ago it was."""
        return _now() - datetime.datetime.fromisoformat(self.when)


def stamp(why: str) -> Stamp:
    """What is done now, by whoever runs this process."""
    return Stamp(_now().isoformat(timespec="seconds"), _who(), why)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _who() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
