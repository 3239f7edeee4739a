"""Where the files of a user are: what they have chosen, what has happened, what they have taught."""

from __future__ import annotations

import os
from pathlib import Path


def allow_list_file() -> Path:
    """The commands that are not asked about."""
    return _folder("XDG_CONFIG_HOME", ".config") / "allowed.json"


def log_file() -> Path:
    """What was run."""
    return _folder("XDG_STATE_HOME", ".local", "state") / "do.jsonl"


def corrections_file(tool: str) -> Path:
    """What a model of this tool can learn from."""
    return _folder("XDG_DATA_HOME", ".local", "share") / "corrections" / f"{tool.replace(os.sep, '_')}.jsonl"


def _folder(variable: str, *below_home: str) -> Path:
    """A relative path in the variable is to be ignored, says the XDG specification."""
    named = Path(os.environ.get(variable, ""))
    return (named if named.is_absolute() else Path.home().joinpath(*below_home)) / "sayso"
