"""Where a job runs: the machine, as it is now, and the project. What is known of its processes holds only there."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE = "/proc/self/ns/pid"
LONGEST_NAME = 150


def host_of(project: Path) -> str:
    """The machine's name, and a word that differs after a restart, in another container, on a namesake, for another project.

    Numbers of processes mean the same only where all of it is the same. Where a system does not tell, the name stands for it.
    """
    told = "\n".join([_boot(), _namespace(), str(project.resolve())])
    return f"{socket.gethostname()[:LONGEST_NAME]} {hashlib.sha256(told.encode()).hexdigest()[:8]}"


def name_of(host: str) -> str:
    """The machine's name alone, as people know it."""
    return host.rpartition(" ")[0]


def _boot() -> str:
    try:
        return BOOT.read_text()
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return os.readlink(NAMESPACE)
    except OSError:
        return ""
