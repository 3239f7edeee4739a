"""The types that an editor shows for the public API are those that the documentation promises."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_public_api_has_the_documented_types():
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "pyproject.toml", "tests/typing/public_api.py"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
