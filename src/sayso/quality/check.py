"""The artifact `examples` -> the artifact `check`: what is wrong with the data, before anything is trained on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact, read_json, write_json
from sayso.clischema.heads import COMMAND
from sayso.errors import CheckFailed
from sayso.examples import read_examples, read_split
from sayso.project import SPLITS, Check, Head, Project
from sayso.quality.findings import Splits, findings_of, label_counts, sources_of

REPORT = "report.json"
BY_DESIGN = 10.0
"""So many times the rows of one command may another have: the more there is to say with it, the more there are."""


def check(project: Project, data: Artifact, out: Path, progress: Progress = no_progress) -> Artifact:
    """Look for faults and write them down; raises CheckFailed, with the report written, if one of them is an error."""
    progress("checking", 0, 0)
    report = report_of({name: read_split(data, name, project.heads) for name in SPLITS}, *_counted(project))
    with new_artifact(out, "check", inputs={"data": data}) as draft:
        write_json(draft.path / REPORT, report)
    require_clean(report)
    return open_artifact(out, "check")


def _counted(project: Project) -> tuple[Mapping[str, Head], Check]:
    """The heads whose labels must have enough rows, and how many. Of a tool, its commands: rare flags are rare in every request."""
    if project.tool is None:
        return project.heads, project.check
    least = min(project.check.min_per_label, project.generate.rows_per_command // 4)
    return {COMMAND: project.heads[COMMAND]}, project.check.model_copy(update={"min_per_label": least, "max_imbalance": BY_DESIGN})


def check_file(path: Path, heads: Mapping[str, Head], limits: Check) -> dict[str, Any]:
    """The same report for one file of examples."""
    return report_of({path.stem: list(read_examples(path, heads))}, heads, limits)


def require_clean(report: Mapping[str, Any]) -> None:
    """Raise CheckFailed naming every error of a report."""
    errors = [finding for finding in report["findings"] if finding["severity"] == "error"]
    if errors:
        told = "".join(f"\n  - {finding['message']}" + "".join(f"\n      {row}" for row in finding["examples"][:2]) for finding in errors)
        raise CheckFailed(f"the examples have {len(errors)} fault{'s' if len(errors) > 1 else ''} to mend first:{told}")


def read_report(artifact: Path) -> dict[str, Any]:
    """The report of a finished check, clean or not."""
    report: dict[str, Any] = read_json(artifact / REPORT)
    return report


def report_of(splits: Splits, heads: Mapping[str, Head], limits: Check) -> dict[str, Any]:
    """Counts and findings."""
    return {
        "rows": {name: len(rows) for name, rows in splits.items()},
        "labels": {name: label_counts(splits, name, head) for name, head in heads.items() if head.type != "score"},
        "sources": sources_of(splits),
        "findings": [asdict(finding) for finding in findings_of(splits, heads, limits)],
    }
