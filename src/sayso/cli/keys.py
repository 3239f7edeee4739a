"""One key at a time from a terminal, one line at a time from anything else."""

from __future__ import annotations

import os
import sys


def read_key() -> str:
    """The next key as a character; the next line where there is no terminal; empty at the end of input."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.strip() or ("\n" if line else "")
    return _windows_key() if sys.platform == "win32" else _unix_key()


def _unix_key() -> str:
    import termios
    import tty

    stream = sys.stdin.fileno()
    before = termios.tcgetattr(stream)
    try:
        tty.setcbreak(stream, termios.TCSADRAIN)
        key = os.read(stream, 1).decode("utf-8", "replace")
    finally:
        termios.tcsetattr(stream, termios.TCSADRAIN, before)
    if key == "\x03":
        raise KeyboardInterrupt
    return "\n" if key == "\r" else key


def _windows_key() -> str:
    import msvcrt

    key: str = msvcrt.getwch()  # type: ignore[attr-defined, unused-ignore]
    if key == "\x03":
        raise KeyboardInterrupt
    return "\n" if key == "\r" else key
