"""Artifacts: the folders that stages hand to each other.

An artifact is a folder whose `manifest.json` is written last and which appears under its name by one rename:
if the manifest is there, the artifact is whole. Nothing here knows what is inside.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sayso.errors import ArtifactError

MANIFEST = "manifest.json"
CHECKSUMS = "checksums.json"

Progress = Callable[[str, int, int], None]
"""How a stage tells how far it is: what it is doing, how much is done, of how much (0: unknown)."""


def no_progress(doing: str, done: int, total: int) -> None:
    """For callers that do not watch."""


def cache_folder() -> Path:
    """Where everything is kept that can be fetched or made again: SAYSO_CACHE, or a folder of the user's."""
    return Path(os.environ.get("SAYSO_CACHE") or Path.home() / ".cache" / "sayso")


@dataclass(frozen=True)
class Artifact:
    """A finished artifact: where it is and what its manifest says."""

    path: Path
    kind: str
    manifest: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Identity of the content, as later stages record it."""
        return str(self.manifest["digest"])


@dataclass
class Draft:
    """An artifact being written: files go under `path`, what the manifest should say goes into `facts`."""

    path: Path
    facts: dict[str, Any] = field(default_factory=dict)


@contextmanager
def new_artifact(out: Path, kind: str, *, inputs: Mapping[str, Artifact] | None = None) -> Iterator[Draft]:
    """Write an artifact whole or not at all: on any error, or a kill, `out` stays as it was."""
    out = Path(out)
    with _told_of_full_disk(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Draft(Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent)))
    try:
        with _told_of_full_disk(out):
            yield draft
            draft.path.chmod(0o755)
            manifest = {
                "kind": kind,
                "inputs": {name: artifact.digest for name, artifact in (inputs or {}).items()},
                **draft.facts,
                "digest": digest_of_folder(draft.path),
            }
            write_json(draft.path / MANIFEST, manifest)
            replace_folder(draft.path, out)
    finally:
        shutil.rmtree(draft.path, ignore_errors=True)


def open_artifact(path: Path, kind: str) -> Artifact:
    """The artifact at `path`; says which command makes it when it is not there."""
    manifest_path = Path(path) / MANIFEST
    if not manifest_path.is_file():
        raise ArtifactError(f"there is no finished {kind} here; `sayso build` makes it", path)
    manifest = read_json(manifest_path)
    if not isinstance(manifest, dict) or manifest.get("kind") != kind:
        found = manifest.get("kind") if isinstance(manifest, dict) else None
        raise ArtifactError(f"expected an artifact of kind {kind!r}, found {found!r}", manifest_path)
    return Artifact(Path(path), kind, manifest)


def replace_folder(new: Path, out: Path) -> None:
    """Put the folder `new` where `out` is. A kill in between leaves either the old one, none, or the new one."""
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        os.replace(out, old)
    os.replace(new, out)
    shutil.rmtree(old, ignore_errors=True)


def digest_of_folder(folder: Path) -> str:
    """One sha256 over the names and contents of all files below `folder`, its manifest left out."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)
    return digest_of({p.relative_to(folder).as_posix(): digest_of_file(p) for p in files})


def digest_of_file(path: Path) -> str:
    """sha256 of a file's bytes, lower-case hex."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_of(value: Any) -> str:
    """sha256 of a JSON-able value, independent of key order."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_json(path: Path) -> Any:
    """A JSON file's value, or an ArtifactError that names the file and line."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ArtifactError("this file is missing", path) from None
    except UnicodeDecodeError:
        raise ArtifactError("this file is not UTF-8 text", path) from None
    except json.JSONDecodeError as error:
        raise ArtifactError(f"this is not valid JSON: {error.msg}", path, error.lineno) from None


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with new_file(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Write a file whole or not at all: yields a temporary name beside `path`, flushed to disk and renamed at the end."""
    path = Path(path)
    with _told_of_full_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        part = Path(name)
        try:
            yield part
            with open(part, "rb+") as stream:
                os.fsync(stream.fileno())
            part.chmod(0o644)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Make sure that what was renamed in a folder survives a power cut, where the system can promise that."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network drives
            raise
    finally:
        os.close(handle)


@contextmanager
def _told_of_full_disk(path: Path) -> Iterator[None]:
    """Turn the operating system's refusal to write into an error that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ArtifactError("the disk is full; free some space and run the same command again", path) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise ArtifactError(f"cannot write here: {error.strerror}", error.filename or path) from error
        raise
