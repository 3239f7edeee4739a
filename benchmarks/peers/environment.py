"""peers-requirements.txt -> the environment of those peers that cannot live in sayso's own."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "benchmarks" / "peers-requirements.txt"
ENVIRONMENT = ROOT / ".cache" / "bench-venv"
PEERS_PYTHON = ENVIRONMENT / "bin" / "python"


def make_environment() -> None:
    """Make the peers' environment, unless it is there as the requirements want it."""
    wanted, made = REQUIREMENTS.read_text(encoding="utf-8"), ENVIRONMENT / REQUIREMENTS.name
    if made.is_file() and made.read_text(encoding="utf-8") == wanted:
        return
    venv.create(ENVIRONMENT, with_pip=True)
    if _install("-r", str(REQUIREMENTS)):
        made.write_text(wanted, encoding="utf-8")
        return
    for line in wanted.splitlines():  # one package that cannot be had must not keep out the others
        if line and not line.startswith("#"):
            _install("-c", str(REQUIREMENTS), line)


def _install(*what: str) -> bool:
    command = [str(PEERS_PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", *what]
    return subprocess.run(command, check=False).returncode == 0
