"""A whole line from a terminal, which may begin with what is to be changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sayso.cli import terminal


def read_line(prompt: str, begun: str = "") -> str:
    """What a person types, after what is there already where the terminal can show that; empty at the end of input."""
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    if not sys.stdout.isatty():
        terminal.stderr().print(prompt, end="", markup=False)
        return sys.stdin.readline().strip("\r\n")
    try:
        with _beginning_with(begun):
            return input(prompt)
    except EOFError:
        return ""


def forget_what_was_typed() -> None:
    """Keys that were pressed before a question came do not answer it."""
    try:
        import termios
    except ImportError:  # Windows
        return
    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


@contextmanager
def _beginning_with(text: str) -> Iterator[None]:
    """While inside, `input` begins with the text; where there is no readline, it begins with nothing."""
    try:
        import readline
    except ImportError:
        yield
        return
    readline.set_startup_hook(lambda: readline.insert_text(text))
    try:
        yield
    finally:
        readline.set_startup_hook(None)
