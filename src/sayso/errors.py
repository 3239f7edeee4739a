"""Every error sayso raises on purpose.

Each message says what is wrong, where, and what to do next; the command line prints it without a traceback.

    SaysoError
    ├── UsageError            the request itself makes no sense                       exit 2
    ├── InputError            something the user gave cannot be used                  exit 3
    │   ├── ProjectError      sayso.yaml
    │   ├── DataError         an examples file
    │   ├── TemplateError     a template, rule or word list
    │   ├── SchemaError       a schema of a command line tool, or what one is imported from
    │   ├── CommandError      a command that its schema does not allow
    │   └── ArtifactError     a stage's output: missing, unfinished, of another version
    │       └── BundleError   a bundle: tampered with, incomplete, of another format
    ├── CheckFailed           a check, gate or comparison did not hold                exit 1
    ├── Unreachable           a hub or database does not answer                       exit 4
    └── MissingExtra          an optional package is not installed                    exit 4
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class SaysoError(Exception):
    """Base of every error sayso raises on purpose."""

    exit_code = 3


class UsageError(SaysoError):
    """Options that contradict each other, or a request that makes no sense."""

    exit_code = 2


class InputError(SaysoError):
    """Something the user gave cannot be used; knows the file and line where it is known."""

    def __init__(self, message: str, path: Path | str | None = None, line: int | None = None) -> None:
        place = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        super().__init__(place + message)
        self.path = path
        self.line = line


class ProjectError(InputError):
    """sayso.yaml is missing or says something that is not allowed."""


class DataError(InputError):
    """An examples file has a row that cannot be read or used."""


class TemplateError(InputError):
    """A template, rule or word list is wrong or too narrow."""


class SchemaError(InputError):
    """The schema of a command line tool is wrong, or nothing can be made one."""


class CommandError(InputError):
    """A command or an argv does not fit the schema of its tool."""


class ArtifactError(InputError):
    """A stage's output is missing, unfinished or of another version."""


class BundleError(ArtifactError):
    """A bundle fails its checksums, lacks a file or has another format."""


class CheckFailed(SaysoError):
    """A check, gate or comparison did not hold; the work itself was done and written."""

    exit_code = 1


class Unreachable(SaysoError):
    """A service that is needed, such as the hub or a database, does not answer; it may later."""

    exit_code = 4


class MissingExtra(SaysoError):
    """An optional part of sayso is not installed."""

    exit_code = 4

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs packages that are not installed. Install them with: pip install 'sayso[{extra}]'")
        self.extra = extra


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error about an unknown name: the nearest known one, or all of them."""
    import difflib

    names = [str(one) for one in known]
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known are {', '.join(names)}" if names else ""
