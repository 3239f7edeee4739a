"""What the machine has: processor, memory, room on its disks, and devices that are faster than the processor."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Device:
    """A device beside the processor; `usable` says whether the torch that is installed can use it."""

    kind: str
    name: str
    memory: int | None
    free_memory: int | None
    usable: bool = True


@dataclass(frozen=True)
class Machine:
    """Sizes are in bytes; None is what the system does not tell. `disks` are the free room where each folder is."""

    processor: str
    cores: int
    busy: float | None
    memory: int | None
    free_memory: int | None
    disks: dict[str, int]
    devices: tuple[Device, ...]

    @property
    def device(self) -> Device | None:
        """The device that training takes; None for the processor."""
        return next((device for device in self.devices if device.usable), None)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, ready for JSON."""
        return asdict(self)


def machine(folders: tuple[Path, ...], *, with_torch: bool) -> Machine:
    """This machine, and the room that there is in some folders, or will be once they are made."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory, free = _memory()
    return Machine(
        processor=_processor(),
        cores=cores,
        busy=round(os.getloadavg()[0] / cores, 2) if hasattr(os, "getloadavg") else None,
        memory=memory,
        free_memory=free,
        disks={str(folder): shutil.disk_usage(_there(folder)).free for folder in folders},
        devices=tuple(_devices(with_torch)),
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file() and (named := re.search(r"^model name\s*: (.+)$", info.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)):
        return named[1].strip()
    if platform.system() == "Darwin" and (said := _output(["sysctl", "-n", "machdep.cpu.brand_string"])):
        return said.strip()
    return platform.processor() or platform.machine() or "unknown"


def _memory() -> tuple[int | None, int | None]:
    """All memory and what is free of it; in a container, no more than it may have."""
    try:
        total: int | None = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None, None
    info = Path("/proc/meminfo")
    if not info.is_file():
        return total, None
    available = re.search(r"^MemAvailable:\s*(\d+) kB", info.read_text(encoding="utf-8"), re.MULTILINE)
    free = int(available[1]) * 1024 if available else None
    limit, used = (_number(Path("/sys/fs/cgroup", name)) for name in ("memory.max", "memory.current"))
    if limit is not None and total is not None and limit < total:
        total = limit
        free = min(free if free is not None else limit, limit - (used or 0))
    return total, free


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _devices(with_torch: bool) -> list[Device]:
    """Those that torch can use; and, where it can use none, those that the driver tells of."""
    if with_torch:
        from sayso.network.probe import accelerators

        if usable := [Device(**found) for found in accelerators()]:
            return usable
    told = _output(["nvidia-smi", "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"])
    rows = [line.rsplit(",", 2) for line in told.splitlines() if line.count(",") >= 2]
    return [Device("cuda", name.strip(), _mebibytes(memory), _mebibytes(free), usable=False) for name, memory, free in rows]


def _mebibytes(text: str) -> int | None:
    return int(text) << 20 if text.strip().isdigit() else None


def _output(command: list[str]) -> str:
    """What a program says; nothing where it is not there or fails."""
    if not shutil.which(command[0]):
        return ""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout


def _there(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    folder = folder.expanduser().resolve()
    return next(place for place in (folder, *folder.parents) if place.exists())
