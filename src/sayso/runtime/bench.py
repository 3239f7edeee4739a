"""A bundle -> Bench: how fast it answers on this machine, through the same calls that a program makes."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sayso.artifacts import Progress, no_progress
from sayso.errors import BundleError, UsageError
from sayso.runtime.load import find_bundle, load
from sayso.runtime.model import Model

TOKENS = (6, 13, 32, 64)
LISTED = 256
LOADS = 3
WORDS = ("where", "is", "the", "function", "that", "reads", "a", "file", "of", "users", "and", "who", "calls", "it", "at", "the", "start")
FILLERS = ("a", "is", "1", "的", ".")
PROBE = """
import json, sys, time
started = time.perf_counter()
import sayso
model = sayso.load(sys.argv[1], threads=int(sys.argv[2]))
seconds = time.perf_counter() - started
model.predict(["who calls login"] * 20)
from sayso.runtime.bench import resident_bytes
print(json.dumps({"seconds": seconds, "bytes": resident_bytes()}))
"""


@dataclass(frozen=True)
class Latency:
    """Milliseconds that one text of so many tokens takes: for half, 95 % and 99 % of the calls at most."""

    tokens: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Bench:
    """What was measured, and on what. `load_ms` is from `import sayso` to a loaded model in a fresh process."""

    name: str
    size_bytes: int
    threads: int
    cpu: str
    load_ms: float
    resident_bytes: int | None
    texts_per_second: float
    latencies: tuple[Latency, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dicts, lists, strings and numbers, ready for JSON."""
        return asdict(self) | {"latencies": [asdict(latency) for latency in self.latencies]}


def bench(source: Path, *, threads: int = 1, runs: int = 200, progress: Progress = no_progress) -> Bench:
    """Measure the bundle at `source`: `runs` calls for each length of text, and a list of short texts."""
    folder = find_bundle(source)
    with load(folder, threads=threads) as model:
        if not isinstance(model, Model):
            raise UsageError("a language model is no classifier to be measured so; `sayso evaluate` tells how long its answers take")
        latencies = []
        for number, tokens in enumerate(TOKENS):
            progress(f"{tokens} tokens", number, len(TOKENS) + 2)
            latencies.append(latency_of(model, tokens, runs))
        progress("a list of texts", len(TOKENS), len(TOKENS) + 2)
        texts_per_second = _texts_per_second(model)
        name = model.spec.name
    progress("loading", len(TOKENS) + 1, len(TOKENS) + 2)
    loads = [_load_elsewhere(folder, threads) for _ in range(LOADS)]
    return Bench(
        name=name,
        size_bytes=sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
        threads=threads,
        cpu=cpu_name(),
        load_ms=sorted(one["seconds"] for one in loads)[LOADS // 2] * 1000,
        resident_bytes=loads[-1]["bytes"],
        texts_per_second=texts_per_second,
        latencies=tuple({latency.tokens: latency for latency in latencies}.values()),
    )


def text_of_tokens(count: Callable[[str], int], tokens: int) -> str:
    """A text of so many tokens, those that the tokenizer adds included; a little shorter where no word fits."""
    text = ""
    for word in [*WORDS * tokens, *FILLERS * tokens]:
        longer = f"{text} {word}".lstrip()
        if count(longer) <= tokens:
            text = longer
        if count(text) == tokens:
            break
    return text


def resident_bytes() -> int | None:
    """The memory of this process; None where the system does not tell it in a file."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else None


def cpu_name() -> str:
    """The processor's name as its system tells it, and how many of them this process may use."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines() if cpuinfo.exists() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{name or platform.processor() or platform.machine()}, {os.cpu_count()} CPUs"


def latency_of(model: Model, tokens: int, runs: int) -> Latency:
    """How long texts of so many tokens take, one at a time."""
    text = text_of_tokens(lambda text: len(model.token_ids(text)), min(tokens, model.spec.max_length))
    for _ in range(max(3, runs // 20)):
        model.predict(text)
    milliseconds = np.empty(runs)
    for run in range(runs):
        started = time.perf_counter_ns()
        model.predict(text)
        milliseconds[run] = (time.perf_counter_ns() - started) / 1e6
    p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99]).tolist()
    return Latency(len(model.token_ids(text)), p50, p95, p99)


def _texts_per_second(model: Model) -> float:
    """Texts of 4 to 11 words, in one list."""
    texts = [" ".join(WORDS[number % 8 : number % 8 + 4 + number % 8]) for number in range(LISTED)]
    model.predict(texts[:8])
    started = time.perf_counter()
    model.predict(texts)
    return len(texts) / (time.perf_counter() - started)


def _load_elsewhere(folder: Path, threads: int) -> dict[str, Any]:
    """How long a fresh process takes to have the model, and how much memory it then holds."""
    command = [sys.executable, "-c", PROBE, str(folder), str(threads)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise BundleError(f"a fresh process could not load this bundle: {result.stderr.strip()[-300:]}", folder)
    measured: dict[str, Any] = json.loads(result.stdout)
    return measured
