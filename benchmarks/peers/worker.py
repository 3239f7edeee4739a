"""python worker.py CONTESTANT FOLDER: a process that runs one contestant; a question in JSON on each line of stdin, the answer on stdout.

Time is taken here, around the calls, by the monotonic clock: what it costs to ask this process is not in it.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from answering import ANSWERING, Answering

PACKAGES = {
    "sayso": "sayso",
    "torch": "torch",
    "transformers": "transformers",
    "sentence_transformers": "sentence-transformers",
    "optimum.onnxruntime": "optimum-onnx",
    "onnxruntime": "onnxruntime",
    "setfit": "setfit",
    "fasttext": "fasttext-numpy2",
    "sklearn": "scikit-learn",
}
"""The modules whose versions matter, and the packages they come in."""


def main() -> None:
    """Load, then answer until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print belongs with their warnings
    answering = ANSWERING[sys.argv[1]](Path(sys.argv[2]))
    for line in sys.stdin:
        print(json.dumps(answer(answering, json.loads(line))), file=answers, flush=True)


def answer(answering: Answering, question: dict[str, Any]) -> dict[str, Any]:
    """What is asked: the time of one text, the time and labels of a list, or this process's memory after some texts."""
    one, many = answering
    if question["ask"] == "single":
        return {"ms": [_milliseconds(one, question["text"]) for _ in range(question["calls"])]}
    if question["ask"] == "list":
        started = time.perf_counter()
        labels = many(question["texts"])
        return {"seconds": time.perf_counter() - started, "labels": labels}
    for text in question["texts"]:
        one(text)
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    versions = {package: importlib.metadata.version(package) for module, package in PACKAGES.items() if module in sys.modules}
    return {"bytes": resident, "versions": versions}


def _milliseconds(one: Any, text: str) -> float:
    started = time.perf_counter_ns()
    one(text)
    return (time.perf_counter_ns() - started) / 1e6


if __name__ == "__main__":
    main()
