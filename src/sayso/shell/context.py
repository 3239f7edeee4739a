"""The git repository one is in -> what a model is told of it. Whatever cannot be found out in time is left out."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sayso.artifacts import read_json
from sayso.clischema import Schema
from sayso.errors import DataError

SECONDS = 1.0
CURRENT_PR = "git.current_pr"
QUESTIONS = {
    "branch": ("git", "symbolic-ref", "--short", "--quiet", "HEAD"),
    "remotes": ("git", "remote", "--verbose"),
    "changes": ("git", "status", "--porcelain"),
}
PULL_REQUEST = ("gh", "pr", "view", "--json", "number")
UNASKED = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GH_PROMPT_DISABLED": "1",
    "GH_NO_UPDATE_NOTIFIER": "1",
    "NO_COLOR": "1",
}
"""What keeps the programs from writing to the repository and from asking for anything."""

FETCHED = re.compile(r"^(\S+)\t(.*) \(fetch\)", re.MULTILINE)
URL = re.compile(r"(?:https?|ssh|git|git\+ssh)://(?:[^/@]*@)?[^/]+/+([^/]+)/([^/]+?)(?:\.git)?/*")
SCP = re.compile(r"(?:[^@/:]+@)?[^/:]{2,}:([^/]+)/([^/]+?)(?:\.git)?/*")


def git_context(schema: Schema, folder: Path | None = None, seconds: float = SECONDS) -> dict[str, Any]:
    """`{"git": {"current_branch", "repo_owner", "repo_name", "current_pr", "has_uncommitted_changes"}}`, as far as they are known."""
    questions = dict(QUESTIONS)
    if wants_pull_request(schema) and shutil.which("gh"):
        questions["pr"] = PULL_REQUEST
    answers = _answers(questions, folder, seconds)
    git: dict[str, Any] = {}
    if branch := answers.get("branch", "").strip():
        git["current_branch"] = branch
    if repository := _repository(answers.get("remotes", "")):
        git["repo_owner"], git["repo_name"] = repository
    with contextlib.suppress(ValueError, KeyError, TypeError):
        git["current_pr"] = int(json.loads(answers.get("pr", ""))["number"])
    if "changes" in answers:
        git["has_uncommitted_changes"] = bool(answers["changes"].strip())
    return {"git": git} if git else {}


def wants_pull_request(schema: Schema) -> bool:
    """Whether an argument of some command may be the current pull request, which takes a call over the network to find out."""
    bindings = (argument.context for _, command in schema.walk() for argument in command.args)
    return any(binding and CURRENT_PR in binding.source for binding in bindings)


def owner_and_name(url: str) -> tuple[str, str] | None:
    """Of the address of a repository on a forge; None for folders and for what has another form."""
    found = URL.fullmatch(url) or SCP.fullmatch(url)
    return (found[1], found[2]) if found else None


def read_context(file: Path) -> dict[str, Any]:
    """A context that somebody has written down."""
    context = read_json(file)
    if not isinstance(context, dict):
        raise DataError('a context is a JSON object, such as {"git": {"current_pr": 12}}', file)
    return context


def merged(below: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Both contexts, key by key; `over` wins, and its nulls take keys away."""
    both = dict(below)
    for key, value in over.items():
        if isinstance(value, Mapping):
            inner = both.get(key)
            both[key] = merged(inner if isinstance(inner, Mapping) else {}, value)
        elif value is None:
            both.pop(key, None)
        else:
            both[key] = value
    return both


def _repository(remotes: str) -> tuple[str, str] | None:
    """Owner and name of `origin`; else of `upstream`, else of the only remote there is."""
    urls = dict(FETCHED.findall(remotes))
    for name in ("origin", "upstream", *(urls if len(urls) == 1 else ())):
        if name in urls:
            return owner_and_name(urls[name])
    return None


def _answers(questions: Mapping[str, Sequence[str]], folder: Path | None, seconds: float) -> dict[str, str]:
    """What each program printed that ended well and in time; all of them run at once."""
    until = time.monotonic() + seconds
    answers: dict[str, str] = {}
    with contextlib.ExitStack() as running:
        processes = {}
        for name, argv in questions.items():
            with contextlib.suppress(OSError):  # not installed, or no folder to start it in
                processes[name] = running.enter_context(_running(argv, folder))
        for name, process in processes.items():
            with contextlib.suppress(subprocess.TimeoutExpired):
                out, _ = process.communicate(timeout=max(until - time.monotonic(), 0.01))
                if process.returncode == 0:
                    answers[name] = out.decode("utf-8", "replace")
    return answers


@contextmanager
def _running(argv: Sequence[str], folder: Path | None) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is killed at the end, with all that it has started, if it is still there."""
    process = subprocess.Popen(
        argv, cwd=folder, env=os.environ | UNASKED,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            _kill(process)
        if process.stdout:
            process.stdout.close()
        process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
