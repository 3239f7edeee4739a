"""A contestant's process, asked from here; and all of them together, with the reasons of those that cannot run."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

from contestants import SAYSO, Contestant
from environment import ROOT

ALONE = {
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1"),
    **dict.fromkeys(("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"), "1"),
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}
"""One thread for everybody; nobody waits for a hub, and warnings do not hide errors."""

T = TypeVar("T")


class Stopped(Exception):
    """A contestant's process ended; the message is the last thing it said."""


class Process:
    """A running contestant. It loads its model at once and answers questions in order."""

    def __init__(self, contestant: Contestant, folder: Path) -> None:
        self._said = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115
        self.started = time.perf_counter()
        try:
            self._process = subprocess.Popen(
                [*contestant.program, contestant.key, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                text=True,
                env=os.environ | ALONE,
            )
        except OSError as error:
            raise Stopped(f"{Path(contestant.program[0]).name}: {error.strerror}") from None

    def ask(self, what: str, **question: Any) -> dict[str, Any]:
        """The answer to one question."""
        try:
            print(json.dumps({"ask": what, **question}), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Stopped(self._last_words())
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """Let it end; what does not end by itself is ended."""
        try:
            self._process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._said.close()

    def _last_words(self) -> str:
        self._process.wait()
        self._said.seek(0)
        lines = [line.strip().replace(f"{ROOT}/", "") for line in self._said if line.strip()]
        return lines[-1] if lines else f"its process ended with {self._process.returncode}"


class Field:
    """All contestants and the folder of their models; who stops is out, and `reasons` says why."""

    def __init__(self, contestants: Iterable[Contestant], folder: Path) -> None:
        self.contestants = {contestant.key: contestant for contestant in contestants}
        self.folder = folder
        self.reasons: dict[str, str] = {}
        self._running: dict[str, Process] = {}

    def start(self, key: str) -> Process:
        """A fresh process of a contestant."""
        contestant = self.contestants[key]
        return Process(contestant, self.folder / contestant.folder)

    def turns(self, measured: str, turn: int) -> list[str]:
        """The contestants of whom this is measured and that still run, everybody first in some turn."""
        keys = [key for key, one in self.contestants.items() if measured in one.measured and key not in self.reasons]
        return keys[turn % len(keys) :] + keys[: turn % len(keys)]

    def still(self, found: Mapping[str, T]) -> list[tuple[str, T]]:
        """Of what was found, what belongs to those who still run."""
        return [(key, one) for key, one in found.items() if key not in self.reasons]

    def ask(self, key: str, what: str, **question: Any) -> dict[str, Any] | None:
        """The answer of a contestant whose process goes on running; None if it stopped."""
        try:
            if key not in self._running:
                self._running[key] = self.start(key)
            return self._running[key].ask(what, **question)
        except Stopped as stopped:
            self.leave_out(key, stopped)
            return None

    def leave_out(self, key: str, stopped: Stopped) -> None:
        """Without this contestant from here on; without sayso there is nothing to compare with."""
        if key == SAYSO:
            raise SystemExit(f"sayso itself could not be measured: {stopped}")
        self.reasons[key] = str(stopped)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for process in self._running.values():
            process.close()
