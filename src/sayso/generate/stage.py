"""The project's sources -> the artifact `examples`: train, val, calib, test, and a sample for a person to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Draft, Progress, new_artifact, no_progress, open_artifact
from sayso.errors import DataError, ProjectError, TemplateError, nearest
from sayso.examples import Example, near_duplicates, normal_form, read_examples, split_by_group, write_examples, write_splits
from sayso.generate.commands import Made, requests
from sayso.generate.commands.people import with_marks
from sayso.generate.dice import Dice
from sayso.generate.logs import Cleaned, read_logs
from sayso.generate.sampling import Yield, augment, sample
from sayso.generate.templates import Template, read_templates
from sayso.project import FILE_NAME, SPLITS, Project, Source

Splits = dict[str, list[Example]]


def generate(project: Project, out: Path, progress: Progress = no_progress) -> Artifact:
    """Make examples of every source and split them by group; held-out rows that are nearly training rows are left out."""
    gathered = gather(project, progress)
    progress("splitting", 0, 0)
    splits = split_by_group(gathered.examples, project.splits, project.generate.seed, project.main_head)
    for split, rows in gathered.fixed.items():
        splits[split] += rows
    leaks = _drop_near_leaks(splits, project.check.near_duplicate_similarity)
    with new_artifact(out, "examples") as draft:
        counts = write_splits(draft.path, splits)
        sampled = verification_sample([row for split in SPLITS for row in splits[split]], project)
        write_examples(draft.path / "verify.jsonl", sampled)
        draft.facts |= {"rows": counts, "near_leaks_left_out": leaks, "to_verify": len(sampled)}
        _tell(draft, project, splits, gathered)
    return open_artifact(out, "examples")


@dataclass
class Gathered:
    """The examples of all sources: those to be split, those that belong to one split, what each template gave, and what became of logs."""

    examples: list[Example] = field(default_factory=list)
    fixed: Splits = field(default_factory=dict)
    yields: list[Yield] = field(default_factory=list)
    logs: dict[str, Cleaned] = field(default_factory=dict)
    made: Made | None = None

    @property
    def rows(self) -> list[Example]:
        """All examples, whichever split they are meant for."""
        return [*self.examples, *(row for own in self.fixed.values() for row in own)]


def gather(project: Project, progress: Progress = no_progress) -> Gathered:
    """Read and sample all sources of a project."""
    if not project.data and project.tool is None:
        raise ProjectError(
            "`data` names no examples yet, so nothing can be generated or trained; until there are some: sayso predict zero-shot TEXT",
            project.folder / FILE_NAME,
        )
    gathered = Gathered()
    if project.tool:
        gathered.made = requests(project.tool, project.generate, progress)
        gathered.fixed = {split: list(rows) for split, rows in gathered.made.splits.items()}
    by_people: set[str] = set()
    for source in project.data:
        rows = _rows_of(project, source, gathered, progress)
        rows = [with_marks(project.tool, row, source.examples) for row in rows] if project.tool else rows
        by_people |= {normal_form(row.text) for row in rows}
        if source.split:
            gathered.fixed.setdefault(source.split, []).extend(rows)
        else:
            gathered.examples += rows
    if gathered.made:
        for split, made in gathered.made.splits.items():
            given = gathered.fixed[split][len(made) :]
            gathered.fixed[split] = [*(row for row in made if normal_form(row.text) not in by_people), *given]
    return gathered


def verification_sample(examples: Sequence[Example], project: Project) -> list[Example]:
    """The share of the rows that a person is asked to look at, the same share of every label."""
    by_label: dict[str, list[Example]] = {}
    for example in examples:
        by_label.setdefault(str(example.labels.get(project.main_head or "")), []).append(example)
    chosen: list[Example] = []
    for label in sorted(by_label):
        rows = Dice(project.generate.seed, "verify", label).order(by_label[label])
        chosen += rows[: max(1, round(len(rows) * project.generate.verification_share))]
    return Dice(project.generate.seed, "verify").order(chosen) if project.generate.verification_share else []


def _rows_of(project: Project, source: Source, gathered: Gathered, progress: Progress) -> list[Example]:
    if source.examples:
        path = project.folder / source.examples
        progress(f"reading {path.name}", 0, 0)
        given = read_examples(path, project.heads)
        return [replace(row, lang=row.lang or source.language, source=row.source or path.name) for row in given]
    if source.logs:
        progress(f"reading {source.logs.name}", 0, 0)
        rows, cleaned = read_logs(project.folder / source.logs, project.heads, project.check.near_duplicate_similarity)
        gathered.logs[source.logs.as_posix()] = cleaned
        return [replace(row, lang=source.language) for row in rows]
    folder = project.folder / (source.templates or "")
    templates = [
        template
        for language in ([source.language] if source.language else project.languages)
        for template in read_templates(folder, language)
    ]
    _refuse_unknown_labels(templates, project, folder)
    rows, yields = sample(templates, project.heads, project.generate, progress)
    gathered.yields += yields
    return augment(rows, project.generate.augmentation_ratio, project.generate.seed)


def _refuse_unknown_labels(templates: Sequence[Template], project: Project, folder: Path) -> None:
    if project.main_head is None:
        return
    known = project.heads[project.main_head].labels
    for template in templates:
        if template.label not in known and project.main_head not in template.labels:
            raise TemplateError(
                f"{template.label!r} is not a label of {project.main_head!r}{nearest(template.label, known)}", template.path
            )
    without = [label for label in known if label not in {template.label for template in templates}]
    if without and len(project.data) == 1:
        raise DataError(f"there are no templates for the label {without[0]!r}; add some under sentences, or take the label out", folder)


def _drop_near_leaks(splits: Splits, similarity: float) -> int:
    """Leave out held-out rows that are nearly a row of train; says how many."""
    train = [row.text for row in splits["train"]]
    dropped = 0
    for name in SPLITS[1:]:
        leaked = {i for i, _, _ in near_duplicates([row.text for row in splits[name]], train, similarity)}
        splits[name] = [row for index, row in enumerate(splits[name]) if index not in leaked]
        dropped += len(leaked)
    return dropped


def _tell(draft: Draft, project: Project, splits: Splits, gathered: Gathered) -> None:
    """What the manifest says of the data: rows by split and label, and what every template can give and gave."""
    draft.facts["labels"] = {name: _counts(rows, project.main_head) for name, rows in splits.items()}
    draft.facts["varied"] = sum("+" in (row.source or "") for rows in splits.values() for row in rows)
    draft.facts["seed"] = project.generate.seed
    draft.facts["templates"] = [_entry(given, project.folder) for given in gathered.yields]
    draft.facts |= {"requests": gathered.made.facts()} if gathered.made else {}
    draft.facts |= {"logs": {name: cleaned.to_dict() for name, cleaned in gathered.logs.items()}} if gathered.logs else {}


def _counts(rows: Sequence[Example], head: str | None) -> dict[str, int]:
    return dict(sorted(Counter(str(row.labels[head]) for row in rows if head in row.labels).items()))


def _entry(given: Yield, folder: Path) -> dict[str, Any]:
    path = given.template.path
    place = path.relative_to(folder) if path.is_relative_to(folder) else path
    return {
        "id": given.template.id,
        "label": given.template.label,
        "template": given.template.text,
        "at": f"{place.as_posix()}:{given.template.line}",
        "possible": given.possible,
        "rows": given.rows,
    }
