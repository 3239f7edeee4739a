"""One key at a time from a terminal, one line at a time from anything else."""

from __future__ import annotations

import os
import select
import sys

ESCAPE = "\x1b"
SECONDS_WITHIN_A_KEY = 0.05
"""An arrow key sends several characters, close together; a person who types is slower."""


def read_key() -> str:
    """The next key as a character; the next line where there is no terminal; empty at the end of input.

    Keys that are no character, such as arrows, are all ESCAPE.
    """
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
        key = _character(stream)
    finally:
        termios.tcsetattr(stream, termios.TCSADRAIN, before)
    if key == "\x03":
        raise KeyboardInterrupt
    return "\n" if key == "\r" else key


def _character(stream: int) -> str:
    """The bytes that belong together: all of an escape sequence, all of a letter."""
    key = os.read(stream, 1)
    if key == ESCAPE.encode():
        while select.select([stream], [], [], SECONDS_WITHIN_A_KEY)[0] and os.read(stream, 64):
            pass
    elif key and key[0] >= 0xC0:
        key += os.read(stream, 1 + (key[0] >= 0xE0) + (key[0] >= 0xF0))
    return key.decode("utf-8", "replace")


def _windows_key() -> str:
    import msvcrt

    key: str = msvcrt.getwch()  # type: ignore[attr-defined, unused-ignore]
    if key in ("\x00", "\xe0"):
        msvcrt.getwch()  # type: ignore[attr-defined, unused-ignore]
        return ESCAPE
    if key == "\x03":
        raise KeyboardInterrupt
    return "\n" if key == "\r" else key
