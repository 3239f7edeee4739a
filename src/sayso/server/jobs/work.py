"""`python -m sayso.server.jobs.work FOLDER LOCK SECONDS COMMAND…`: stays with a job's command and writes down how it ended.

It needs no server. It stops the command when the folder holds a file `cancel`: by SIGINT, by SIGTERM after so many
seconds, by SIGKILL after as many again. Only the standard library is loaded, since it is there as long as the job is.
"""

from __future__ import annotations

import contextlib
import datetime
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from sayso.artifacts import write_json
from sayso.server.jobs.folder import CANCEL, EXIT, LOG, PROCESS, RESULT

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
PAUSE = 0.1
NICER = 10
NOT_FOUND = 127


def work(folder: Path, lock: int, seconds: float, command: list[str]) -> None:
    """Run the command to its end. It has a process group of its own and the lock, so that it counts as living if only it is left."""
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: told.append(number))
    with contextlib.suppress(OSError):
        os.nice(NICER)
    with open(folder / LOG, "ab") as log, open(folder / RESULT, "wb") as result:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=result, stderr=log, process_group=0, pass_fds=[lock])
        except OSError as error:
            log.write(f"{command[0]}: {error.strerror}\n".encode())
            _write_exit(folder, NOT_FOUND, cancelled=False)
            return
    write_json(folder / PROCESS, {"process": os.getpid(), "command": process.pid, "at": _now()})
    cancelled = _wait(process, folder / CANCEL, told, seconds)
    _write_exit(folder, process.returncode, cancelled=cancelled)


def _wait(process: subprocess.Popen[bytes], cancel: Path, told: list[int], seconds: float) -> bool:
    """Wait until the command has ended; whether it had been stopped because somebody cancelled the job."""
    to_send = list(SIGNALS)
    due, cancelled = math.inf, False
    while not _has_ended(process):
        if due == math.inf and (told or cancel.exists()):
            due, cancelled = time.monotonic(), cancel.exists()
        if to_send and time.monotonic() >= due:
            _signal_group(process.pid, to_send.pop(0))
            due += seconds
        time.sleep(PAUSE)
    _signal_group(process.pid, signal.SIGKILL)  # whoever it left behind
    process.wait()
    return cancelled


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has, without taking note of it where that can be had: until then, its number is nobody else's."""
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _write_exit(folder: Path, status: int, *, cancelled: bool) -> None:
    write_json(folder / EXIT, {"exit": status, "cancelled": cancelled, "at": _now()})


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat()


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:])
