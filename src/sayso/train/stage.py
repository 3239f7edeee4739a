"""The artifact `examples` -> the artifact `weights`: an encoder and its heads, fitted on train, chosen on val."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Progress, digest_of, digest_of_file, new_artifact, no_progress, open_artifact
from sayso.errors import DataError, UsageError
from sayso.examples import Example, read_split
from sayso.network.libraries import quiet_libraries
from sayso.project import Project
from sayso.runtime.spans import Mark
from sayso.train.balance import balanced
from sayso.train.bases import resolve_base, weights_of


def train(
    project: Project, data: Artifact, out: Path, *, resume: bool = True, device: str = "auto", progress: Progress = no_progress
) -> Artifact:
    """Fit the project's encoder and heads. A run that was killed goes on from its last epoch, unless `resume` is false."""
    examples = read_split(data, "train", project.heads), read_split(data, "val", project.heads)
    _refuse_what_cannot_be_learned(project, examples[0], data)
    base = resolve_base(project.base, progress, folder=project.folder)
    work = work_folder(out, digest_of([data.digest, project.digest("heads", "base", "train", "languages")]), resume)
    facts: dict[str, Any] = {"base": project.base, "base_sha256": digest_of_file(weights_of(base))}
    if project.train.prune_vocabulary:
        base, facts["vocabulary"] = _pruned(base, project, examples[0], work, progress)
    progress("loading the base model", 0, 0)
    with quiet_libraries():
        from sayso.network.weights import facts_of_weights, write_weights
        from sayso.train.fit import Fit

        rows = balanced(examples[0], project.main_head, project.train.balance)
        fit = Fit.prepare(project, base, rows, examples[1], device_for(device))
        history = fit.run(work, progress)
        with new_artifact(out, "weights", inputs={"data": data}) as draft:
            write_weights(fit.model, fit.tokenizer, draft.path)
            draft.facts |= facts | facts_of_weights(fit.model, fit.max_length)
            draft.facts |= {
                "settings": project.train.model_dump(mode="json"),
                "resumed_at_step": fit.resumed_at_step,
                "best_epoch": max(history, key=lambda row: row.get(fit.best_by, row["epoch"]))["epoch"],
                "history": history,
            }
    shutil.rmtree(work.parent, ignore_errors=True)
    return open_artifact(out, "weights")


def _refuse_what_cannot_be_learned(project: Project, train_rows: list[Example], data: Artifact) -> None:
    if not train_rows:
        raise DataError("there are no training rows", data.path / "train.jsonl")
    for name, head in project.heads.items():
        told = [row.labels[name] for row in train_rows if name in row.labels]
        if not told:
            raise DataError(f"no training row has {name!r}; add it to some, or take the head out", data.path / "train.jsonl")
        seen = {label.label if isinstance(label, Mark) else label for value in told for label in _listed(value)}
        missing = [label for label in head.labels if label not in seen]
        if missing:
            raise DataError(
                f"no training row has the label {missing[0]!r} of {name!r}; add examples, or take it out", data.path / "train.jsonl"
            )


def _pruned(base: Path, project: Project, rows: list[Example], work: Path, progress: Progress) -> tuple[Path, dict[str, int]]:
    """The base with the vocabulary of the project's languages, and how much of it that is."""
    from sayso.train.vocabulary import prune_vocabulary

    made = work / "base"
    pruned = prune_vocabulary(base, made, project.languages, [row.text for row in rows], progress)
    return made, asdict(pruned)


def _listed(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def device_for(wanted: str) -> str:
    """The device to train on; `auto` takes the fastest there is."""
    import torch

    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if there[name])
    if wanted not in there:
        raise UsageError(f"there is no device {wanted!r}; known are auto, {', '.join(there)}")
    if not there[wanted]:
        raise UsageError(f"the device {wanted!r} is not available here; use --device auto")
    return wanted


def work_folder(out: Path, name: str, resume: bool) -> Path:
    """Where checkpoints lie while a run is not finished; one that was made from something else is of no use."""
    work = out.resolve().parent / f".{out.name}.work" / name[:16]
    if work.parent.exists():
        for other in work.parent.iterdir():
            if other != work or not resume:
                shutil.rmtree(other)
    work.mkdir(parents=True, exist_ok=True)
    return work
