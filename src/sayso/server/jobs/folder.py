"""PROJECT/server/jobs/ID: all that a job leaves on disk, so that how it went can be found out by whichever server runs then.

```
lock           held by the job's processes as long as one of them lives, however they end
job.json       which job it is: another database may have had one of the same number here
process.json   the processes, once there are any
log            what the command says on stderr
progress.json  how far it is, if it says so
result.json    what it says on stdout: one JSON document
cancel         there if it is to stop
tmp            what the command puts aside for a while; a service's own /tmp goes when the service stops
exit.json      how it ended; written last
```
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sayso.artifacts import read_json, write_json
from sayso.errors import ArtifactError, InputError

LOCK, JOB, PROCESS, LOG, PROGRESS, RESULT, CANCEL, TMP, EXIT = (
    *("lock", "job.json", "process.json", "log", "progress.json", "result.json", "cancel", "tmp", "exit.json"),
)
MOST_BYTES = 10_000
"""So much is read of a small file; one that is larger is none of ours."""


def folder_of(project: Path, number: int) -> Path:
    """Where a job's files are."""
    return project / "server" / "jobs" / str(number)


def make_folder(folder: Path, identity: Mapping[str, Any]) -> int:
    """Begin the folder, in the place of one that an earlier database left. Returns the lock, held; whoever inherits it holds it, too."""
    import fcntl

    try:
        if is_held(folder):
            raise InputError("a job that another database knows of is running here; wait for it to end", folder)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        (folder / TMP).mkdir()
        write_json(folder / JOB, dict(identity))
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as error:
        raise InputError(f"a job cannot keep its files here: {error.strerror}", folder) from None
    return handle


def is_of(folder: Path, identity: Mapping[str, Any]) -> bool:
    """Whether the folder is that of this very job."""
    return read_small(folder / JOB) == dict(identity)


def is_held(folder: Path) -> bool:
    """Whether one of the job's processes lives. It is their lock that tells, which no other process can inherit by taking over a number."""
    import fcntl

    try:
        handle = os.open(folder / LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def read_small(path: Path) -> dict[str, Any]:
    """What a small JSON file says; nothing if it is not there, not whole, or not an object."""
    try:
        found = read_json(path) if path.stat().st_size <= MOST_BYTES else None
    except (OSError, ArtifactError):
        return {}
    return found if isinstance(found, dict) else {}
