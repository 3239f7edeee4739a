"""The lines by which a shell gets a short name for `sayso do TOOL`."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Literal

from sayso.errors import UsageError

Shell = Literal["bash", "zsh", "fish"]
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def init_lines(shell: Shell, tool: str, alias: str | None = None) -> str:
    """What to evaluate. In zsh the words are left alone, although they may have `*` and `?` in them; the other shells cannot do that."""
    name = alias or f"h{_name_of(tool)}"
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot be a command's name; choose one of letters, digits, `-`, `_` and `.`: --alias NAME")
    called = f"sayso do {shlex.quote(tool)}"
    if shell == "zsh":
        return f"alias {name}={shlex.quote(f'noglob {called}')}\n"
    if shell == "bash":
        return f'{name}() {{ {called} "$@"; }}\n'
    return f"function {name} --description {shlex.quote(called)}; {called} $argv; end\n"


def _name_of(tool: str) -> str:
    """`gh` of `gh`, of `models/gh` and of `registry:gh@production`."""
    return Path(tool.partition("@")[0].rpartition(":")[2]).name
