"""Where a project is retrained: a folder of its own, so that the project's artifacts and its bundle stay as they are.

build/retrain/
    .lock         held while a retraining runs
    own/          the project's own examples and verified rows
    rows/         what both are merged to: train.jsonl, val.jsonl, calib.jsonl, test.jsonl
    weights/ …    the artifacts of the pipeline on those rows
    result.json   what the last retraining came to
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sayso import pipeline
from sayso.artifacts import Progress
from sayso.errors import InputError
from sayso.examples import Example, read_split, write_examples
from sayso.project import SPLITS, Project, Source
from sayso.registry.locks import locked

FOLDER = "retrain"
OWN, ROWS, RESULT = "own", "rows", "result.json"


@contextmanager
def alone_in(project: Project) -> Iterator[Path]:
    """The folder, for this process alone."""
    folder = project.build / FOLDER
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(folder, patience=0))
        except InputError:
            raise InputError("this project is being retrained by another process; wait for it, or stop it", folder) from None
        yield folder


def own_rows(project: Project, progress: Progress) -> tuple[dict[str, list[Example]], Mapping[str, Any]]:
    """The project's own rows by split, with what people corrected in them, and what the manifest says of them; none without `data`."""
    if not project.data:
        return {}, {}
    own = project.built_in(f"{FOLDER}/{OWN}")
    for step in pipeline.steps_until("verify", own):
        if step.name != "check" and pipeline.stale(own, step, {need: pipeline.finished(own, need) for need in step.needs}):
            pipeline.run_step(own, step.name, progress)
    made = pipeline.finished(own, "verify")
    return {name: read_split(made, name, project.heads) for name in SPLITS}, made.manifest


def project_on(project: Project, folder: Path, splits: Mapping[str, Sequence[Example]]) -> Project:
    """The project on these rows, each in the split that it was given. Gates are held elsewhere, and so is the least number of rows."""
    sources = []
    for name in (name for name in SPLITS if splits[name]):
        path = Path(ROWS, f"{name}.jsonl")
        write_examples(folder / path, splits[name])
        sources.append(Source.model_validate({"examples": path, "split": name}))
    return project.on_rows(folder, tuple(sources), base=_seen_from(folder, project))


def _seen_from(folder: Path, project: Project) -> str:
    """The project's base model; a path to one that starts in the project's folder starts in this one."""
    from sayso.train.bases import BASES

    if project.base in BASES or Path(project.base).is_absolute() or not (project.folder / project.base).is_dir():
        return project.base
    return os.path.relpath(project.folder / project.base, folder)
