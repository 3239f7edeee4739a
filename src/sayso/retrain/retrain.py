"""Labels and a project -> Retrained: a new model, judged on the frozen test set beside the deployed one, and registered if it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sayso import pipeline
from sayso.artifacts import Progress, no_progress, read_json, write_json
from sayso.errors import DataError, InputError, ProjectError
from sayso.evaluate.candidates import candidate_at
from sayso.evaluate.gates import hold
from sayso.gate import Gate
from sayso.loading import ZERO_SHOT
from sayso.project import FILE_NAME, Project
from sayso.registry import default_registry
from sayso.registry.places import PRODUCTION, check_name
from sayso.registry.stamps import stamp
from sayso.retrain.compare import Comparison, compare
from sayso.retrain.deployed import Deployed, answers, find_deployed
from sayso.retrain.frozen import Frozen, open_frozen
from sayso.retrain.labels import Given, Labels, last_words
from sayso.retrain.merge import Merged, merge
from sayso.retrain.register import register, write_down
from sayso.retrain.result import Retrained, few_labels
from sayso.retrain.workplace import RESULT, alone_in, own_rows, project_on

STEPS = ("labels", "merge", *(step.name for step in pipeline.STEPS), "compare", "register")
"""What a retraining does, one after the other; each is told to `progress` as it begins."""
PROMISES = ("{head}.accuracy >= 0.9", "{head}.f1.min >= 0.85")
"""What a new version must prove where the project does not say it under `retrain.gates`."""

Tell = Callable[["pipeline.Outcome | Labels | Merged"], None]
"""How a retraining tells what a step came to, as it ends."""


def retrain(
    project: Project, given: Sequence[Given], *, test: Path | None = None, refreeze: bool = False, against: str | None = None,
    alias: str = PRODUCTION, registry: Path | None = None, why: str = "", device: str = "auto", force: bool = False,
    progress: Progress = no_progress, tell: Tell = lambda done: None,
) -> Retrained:  # fmt: skip
    """Merge, train, export, calibrate, judge, compare, and register what holds its gates. Promotes nothing.

    Run again after an interruption, it goes on from there. The project's own artifacts stay as they are.
    """
    head, place = _main_head(project), registry or default_registry()
    _require_names(project, head, against, alias, place, progress)
    with alone_in(project) as folder:
        progress("labels", 0, 0)
        labels = last_words(given, project.retrain.label_weight)
        if not labels.rows:
            raise DataError("there are no labels to learn from; label some texts first, or name a file of them with --labels FILE")
        tell(labels)
        progress("merge", 0, 0)
        own, about = own_rows(project, progress)
        frozen = open_frozen(project, _test_file(project, test), own.get("test", ()), head, refreeze=refreeze)
        merged = merge(project, own, labels, frozen)
        tell(merged)
        if merged.frozen_labels == len(labels.rows):
            raise DataError("every label is of a text in the frozen test set, and nothing may learn from that; label other texts")
        trial = project_on(project, folder, merged.splits)
        for outcome in pipeline.build(trial, force=force, device=device, progress=progress):
            tell(outcome)
        progress("compare", 0, 0)
        deployed = find_deployed(project, against, alias, place)
        comparison, warnings = _compared(project, trial, deployed, frozen, head, required=against is not None, progress=progress)
        figures = read_json(trial.build / "report" / "report.json")["figures"]
        gates = hold(_gates(project, head), figures) + (comparison.gates() if comparison else [])
        warnings += few_labels(merged, head, list(project.heads[head].labels), project.retrain.min_per_label) + frozen.warnings(head)
        made = Retrained(head, labels, merged, frozen, figures, gates, comparison, warnings, trial.build)
        reason = _reason(made, why)
        write_down(made.bundle, _facts(made, project, about, deployed, reason), about.get("verification"))
        if not made.failed:
            progress("register", 0, 0)
            made = replace(made, version=register(place, made.bundle, project.name, reason))
        write_json(folder / RESULT, made.to_dict())
        return made


def _main_head(project: Project) -> str:
    if project.main_head is None:
        raise ProjectError("a retraining is judged by a choice head, and this project has none", project.folder / FILE_NAME)
    return project.main_head


def _require_names(project: Project, head: str, against: str | None, alias: str, registry: Path, progress: Progress) -> None:
    """An hour's training is not to end at a name that cannot be, or at a model that is not there."""
    check_name(project.name)
    deployed = find_deployed(project, against, alias, registry)
    if deployed and against:
        deployed.open(project, head, progress)


def _test_file(project: Project, given: Path | None) -> Path | None:
    return given or (project.folder / project.retrain.test if project.retrain.test else None)


def _gates(project: Project, head: str) -> Sequence[Gate]:
    if project.retrain.gates is not None:
        return project.retrain.gates
    return [Gate.model_validate(promise.format(head=head)) for promise in PROMISES]


def _compared(
    project: Project, trial: Project, deployed: Deployed | None, frozen: Frozen, head: str, *, required: bool, progress: Progress
) -> tuple[Comparison | None, list[str]]:
    """The new model beside the deployed one; nothing, and a warning, where nothing is deployed and zero-shot cannot answer."""
    if deployed is None:
        return None, []
    rows = [(row, group) for row, group in zip(frozen.rows, frozen.groups, strict=True) if head in row.labels]
    judged = [row for row, _ in rows]
    try:
        before = answers(deployed.open(project, head, progress), head, judged)
    except InputError as error:
        if required or deployed.source != ZERO_SHOT:
            raise
        return None, [f"nothing is deployed, so the new model is compared with nothing; nor can zero-shot stand in for it ({error})"]
    after = answers(candidate_at(trial.build / "bundle"), head, judged)
    return compare([str(row.labels[head]) for row in judged], before, after, [group for _, group in rows], deployed.name), []


def _facts(made: Retrained, project: Project, about: Mapping[str, Any], deployed: Deployed | None, reason: str) -> dict[str, Any]:
    """What the version's provenance keeps."""
    against = made.comparison.to_dict() if made.comparison else None
    if against and deployed and deployed.version:
        against["id"] = deployed.version.id
    return {
        **asdict(stamp(reason)),
        **made.data(),
        "label_weight": project.retrain.label_weight,
        "own_data": about.get("digest"),
        "figures": made.figures[made.head],
        "gates": made.gates,
        "against": against,
        "warnings": list(made.warnings),
    }


def _reason(made: Retrained, why: str) -> str:
    """Why there is this version: what the user said, and what it learned and came to."""
    told = f"retrained on {sum(made.merged.labels(made.head).values())} labels: accuracy {made.figures[made.head]['accuracy']:.3f}"
    if made.comparison:
        told += f", {made.comparison.accuracy.value:+.3f} against {made.comparison.against}"
    return f"{why} ({told})" if why else told
