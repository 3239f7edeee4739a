"""An argv -> the program, which takes the place of this process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from sayso.errors import Unreachable


def check_installed(tool: str) -> str:
    """The program's file; an error where there is none."""
    found = shutil.which(tool)
    if found is None:
        raise Unreachable(f"`{tool}` is not installed, or not in a folder of PATH; nothing was run")
    return found


def start(argv: Sequence[str]) -> NoReturn:
    """Become this program: no shell, no process in between, and its exit code is its own."""
    for stream in (sys.stdout, sys.stderr):
        if stream:  # a closed one is None
            stream.flush()
    try:
        if sys.platform == "win32":  # exec there returns to the prompt while the program is still running
            sys.exit(subprocess.run(argv, check=False).returncode)
        for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and what is ignored stays so in the program
            signal.signal(ignored, signal.SIG_DFL)
        os.execvpe(argv[0], list(argv), os.environ)  # readline has put a width of the terminal into the process's own
    except (OSError, ValueError) as error:
        raise Unreachable(f"`{argv[0]}` could not be started: {getattr(error, 'strerror', None) or error}") from None
