"""A project -> the folder of its zero-shot bundle, which is made once and kept until what it was made from changes."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from sayso import __version__
from sayso.artifacts import MANIFEST, Progress, cache_folder, digest_of, digest_of_file, no_progress
from sayso.errors import ArtifactError
from sayso.project import Project

SECTIONS = ("name", "description", "languages", "base", "heads", "data", "generate", "splits", "train", "export", "bands")
KEPT = 20
"""So many zero-shot bundles are kept, those that were used last."""


def cached_bundle(project: Project, progress: Progress = no_progress) -> Path:
    """The folder of the bundle; from the cache, if nothing that it depends on has changed."""
    folder = cache_folder() / "zero-shot" / _key(project)
    if not (folder / MANIFEST).is_file():
        from sayso.zeroshot.bundle import make_bundle

        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArtifactError(f"cannot write here: {error.strerror}; set SAYSO_CACHE to a folder that can be written", folder) from error
        make_bundle(project, folder, progress)
        _drop_the_oldest(folder.parent)
    with contextlib.suppress(OSError):  # of a cache that is only read
        os.utime(folder)
    return folder


def _key(project: Project) -> str:
    files = [project.folder / source.examples for source in project.data if source.examples]
    digests = [digest_of_file(file) for file in files if file.is_file()]
    return digest_of([__version__, project.digest(*SECTIONS), _identity_of_base(project.folder / project.base), digests])[:24]


def _identity_of_base(folder: Path) -> list[str]:
    """A base that is a folder may change under its name; to read all of it would take longer than all the rest."""
    files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    return [f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]


def _drop_the_oldest(folder: Path) -> None:
    made = sorted((path for path in folder.iterdir() if (path / MANIFEST).is_file()), key=lambda path: path.stat().st_mtime)
    for path in made[:-KEPT]:
        shutil.rmtree(path, ignore_errors=True)
