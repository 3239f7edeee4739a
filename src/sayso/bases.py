"""A project -> how large, how fast and how good it is on each base model: the project is built on every one, as `sayso build` does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sayso import pipeline
from sayso.artifacts import Progress, no_progress, read_json
from sayso.errors import ArtifactError
from sayso.project import Project

HEADLINES = {"choice": "accuracy", "tags": "micro_f1", "score": "mae", "spans": "micro_f1"}
"""What a head is first asked for, by its type."""


@dataclass(frozen=True)
class BaseTried:
    """A base model and what became of the project on it; where it could not be had, `reason` says why and the rest is None."""

    base: str
    reason: str | None = None
    parameters_m: float | None = None
    size_bytes: int | None = None
    p50_ms: float | None = None
    figure: str | None = None
    value: float | None = None
    ece: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, ready for JSON."""
        return asdict(self)


def try_bases(
    project: Project, names: Sequence[str] = (), *, device: str = "auto", runs: int = 200, progress: Progress = no_progress
) -> Iterator[BaseTried]:
    """Build the project on each base, the smallest first unless named; one result a base as it ends.

    Each is built under `build/bases/`, and is not built again while nothing has changed. Gates do not stop it.
    """
    from sayso.train.bases import rivals_of

    for name in names or list(dict.fromkeys([*rivals_of(project.languages), project.base])):
        yield _try(project.on_trial(name), device, runs, progress)


def _try(project: Project, device: str, runs: int, progress: Progress) -> BaseTried:
    from sayso.runtime.bench import latency_of
    from sayso.runtime.load import load
    from sayso.runtime.model import Model
    from sayso.train.bases import BASES, resolve_base

    try:
        resolve_base(project.base, progress, folder=project.folder)
    except ArtifactError as error:
        return BaseTried(project.base, reason=str(error))
    for _ in pipeline.build(project, device=device, progress=progress):
        pass
    bundle = project.build / "bundle"
    report = read_json(project.build / "report" / "report.json")
    head = project.main_head or next(iter(project.heads))
    figure = HEADLINES[project.heads[head].type]
    figures = report["figures"][head]
    with load(bundle) as model:
        assert isinstance(model, Model)
        p50 = latency_of(model, 13, runs).p50_ms
    known = BASES.get(project.base)
    return BaseTried(
        project.base,
        parameters_m=known.parameters if known else None,
        size_bytes=sum(path.stat().st_size for path in bundle.iterdir()),
        p50_ms=p50,
        figure=f"{head}.{figure}",
        value=figures[figure],
        ece=figures.get("ece"),
    )
