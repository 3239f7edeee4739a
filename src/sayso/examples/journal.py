"""A file that only grows, one JSON object a line: what was added is on disk, and a line that a kill cut off was never promised."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sayso.artifacts import flush_folder
from sayso.errors import DataError
from sayso.examples.rows import json_line

BLOCK = 1 << 16


def append_entry(path: Path, entry: Mapping[str, Any]) -> None:
    """Add an object; when this returns it is on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json_line(entry).encode() + b"\n"
    is_new = not path.exists()
    with open(path, "a+b") as stream:
        tail = _tail(stream.fileno())
        if tail and _is_whole(tail):
            line = b"\n" + line
        elif tail:
            stream.truncate(os.fstat(stream.fileno()).st_size - len(tail))
        stream.write(line)
        stream.flush()
        os.fsync(stream.fileno())
    if is_new:
        flush_folder(path.parent)


def read_entries(path: Path) -> Iterator[tuple[int, Any]]:
    """Every object with the number of its line, oldest first; nothing if the file is not there."""
    if not path.exists():
        return
    with open(path, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip() or not (line.endswith(b"\n") or _is_whole(line)):
                continue
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                raise DataError(f"this line is not valid JSON: {error}", path, number) from None


def _tail(handle: int) -> bytes:
    """What is after the last end of a line."""
    start = os.fstat(handle).st_size
    tail = b""
    while start and b"\n" not in tail:
        step = min(start, BLOCK)
        start -= step
        os.lseek(handle, start, os.SEEK_SET)
        tail = os.read(handle, step) + tail
    return tail[tail.rfind(b"\n") + 1 :]


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
