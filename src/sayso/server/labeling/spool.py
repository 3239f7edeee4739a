"""Records -> lines in files of this process, and from there into the database, each once, whoever dies on the way.

A line is in its file before the request that it tells of is answered, and on the disk a fifth of a second later. What a
process leaves behind when it is killed is read by whichever process of the same project sees that its lock is free.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import Session as Transaction

from sayso.errors import InputError
from sayso.registry.locks import LOCK, locked
from sayso.server.store.database import Database
from sayso.server.store.tables import Spooled

MOST_BYTES = 64 * 1024 * 1024
"""So much may wait for a database that is away; what comes after that is not kept."""
BYTES_AT_ONCE = 256 * 1024
"""About so much is read into the database in one transaction."""
Record = dict[str, Any]
Put = Callable[[Transaction, list[Record]], object]
log = structlog.get_logger("sayso.server")


class Spool:
    """The files of one process, in a folder of its own that it holds the lock of. One thread drains; any may put."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._all = folder
        self._most = most_bytes
        self._own = folder / secrets.token_hex(6)
        self._held = ExitStack()
        self._held.enter_context(locked(self._own))
        self._changing = threading.Lock()
        self._number = 0
        self._waiting = 0
        self._unsynced = False
        self._open_next()

    @property
    def waiting(self) -> int:
        """How many bytes are not in the database yet."""
        return self._waiting

    def put(self, record: Mapping[str, Any]) -> bool:
        """Append a record; False if too much is waiting already, or the disk takes no more."""
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode(errors="replace") + b"\n"
        with self._changing:
            if self._waiting + len(line) > self._most or not self._append(line):
                return False
            self._waiting += len(line)
            self._unsynced = True
        return True

    def sync(self) -> None:
        """Have on the disk what was put in."""
        with self._changing:
            wanted, self._unsynced = self._unsynced, False
            copy = os.dup(self._handle) if wanted else None
        if copy is not None:
            os.fsync(copy)  # without the lock: a slow disk holds up nobody who puts
            os.close(copy)

    def drain(self, database: Database, put: Put) -> int:
        """Move what is in the files into the database, those of dead processes too; how many records that were."""
        self.sync()
        with self._changing:
            if os.fstat(self._handle).st_size:
                os.close(self._handle)
                self._open_next()
        moved = 0
        for file in _files(self._own)[:-1]:
            size = file.stat().st_size
            moved += _move(file, database, put)
            with self._changing:
                self._waiting -= size
        return moved + sum(_adopt(folder, database, put) for folder in self._all.iterdir() if folder != self._own)

    def close(self) -> None:
        """Leave what is left to whoever comes next."""
        self.sync()
        os.close(self._handle)
        if not any(file.stat().st_size for file in _files(self._own)):
            shutil.rmtree(self._own, ignore_errors=True)
        self._held.close()

    def _append(self, line: bytes) -> bool:
        end = os.fstat(self._handle).st_size
        try:
            if os.write(self._handle, line) == len(line):
                return True
            os.ftruncate(self._handle, end)  # a disk that is nearly full takes half a line
            reason = "the disk is full"
        except OSError as error:
            reason = str(error)
        log.error("not_captured", reason=reason)
        return False

    def _open_next(self) -> None:
        self._number += 1
        path = self._own / f"{self._number:08}.jsonl"
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)


def _adopt(folder: Path, database: Database, put: Put) -> int:
    """Drain what a dead process has left, and remove its folder; nothing if it lives."""
    try:
        with locked(folder, patience=0):
            moved = sum(_move(file, database, put) for file in _files(folder))
            _forget(Spooled.file.startswith(f"{folder.name}/", autoescape=True), database)
            (folder / LOCK).unlink()
    except (InputError, FileNotFoundError, NotADirectoryError):
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    return moved


def _move(file: Path, database: Database, put: Put) -> int:
    """Read a file that nobody writes to any more into the database, and delete it. How far it is read is written with what was read."""
    name = f"{file.parent.name}/{file.name}"
    moved = 0
    with file.open("rb") as stream:
        while True:
            with database.writing() as transaction:
                read = transaction.get(Spooled, name) or Spooled(file=name, bytes_read=0)
                stream.seek(read.bytes_read)
                lines = stream.readlines(BYTES_AT_ONCE)
                if not lines:
                    break
                records = [record for line in lines if (record := _record(line, file)) is not None]
                put(transaction, records)
                read.bytes_read += sum(map(len, lines))
                transaction.add(read)
            moved += len(records)
    file.unlink()
    _forget(Spooled.file == name, database)
    return moved


def _forget(which: ColumnElement[bool], database: Database) -> None:
    """How far a file was read is of no use once it is gone."""
    with database.writing() as transaction:
        transaction.execute(delete(Spooled).where(which))


def _record(line: bytes, file: Path) -> Record | None:
    """The record in a line; a last line that a kill cut off was never answered for."""
    try:
        record: Record = json.loads(line)
    except ValueError:
        log.warning("spool_line_skipped", file=str(file), bytes=len(line))
        return None
    return record


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))
