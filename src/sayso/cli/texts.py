"""The texts that a verb is given: as arguments, a line each on stdin, or in a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sayso.errors import DataError, UsageError


def given_texts(texts: Sequence[str], file: Path | None, text_key: str) -> Iterator[str]:
    """Each text, in order; `-` alone stands for stdin."""
    if file:
        from sayso.examples.predict import text_of
        from sayso.examples.rows import read_rows

        return (text_of(row, file, text_key) for row in read_rows(file))
    return _lines_of_stdin() if list(texts) == ["-"] else iter(texts)


def refuse_texts_beside_stdin(texts: Sequence[str]) -> None:
    """A UsageError for `-` with other texts."""
    if "-" in texts and len(texts) > 1:
        raise UsageError("- reads all texts from stdin; give no others with it")


def _lines_of_stdin() -> Iterator[str]:
    for number, line in enumerate(sys.stdin.buffer, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise DataError("this line is not UTF-8 text", "stdin", number) from None
