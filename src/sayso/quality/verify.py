"""The artifact `examples` and what people decided -> the artifact `examples` as it should be."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact
from sayso.examples import Example, read_split, write_examples, write_splits
from sayso.project import SPLITS, Head, Project
from sayso.quality.corrections import Decision, key_of, read_decisions

CORRECTIONS = Path("verify", "corrections.jsonl")


def verify(project: Project, data: Artifact, out: Path, progress: Progress = no_progress) -> Artifact:
    """Apply every decision to the data, and say how much of the sample was looked at and how much of that was wrong."""
    progress("applying corrections", 0, 0)
    decisions = read_decisions(project.folder / CORRECTIONS, project.heads)
    splits = {name: read_split(data, name, project.heads) for name in SPLITS}
    sample = read_split(data, "verify", project.heads)
    with new_artifact(out, "examples", inputs={"examples": data}) as draft:
        applied = {name: apply(rows, decisions, project.heads) for name, rows in splits.items()}
        draft.facts["rows"] = write_splits(draft.path, applied)
        write_examples(draft.path / "verify.jsonl", sample)
        draft.facts["verification"] = verification(sample, [row for rows in splits.values() for row in rows], decisions)
    return open_artifact(out, "examples")


def apply(rows: Sequence[Example], decisions: Mapping[str, Decision], heads: Mapping[str, Head]) -> list[Example]:
    """The rows with what was decided about them done."""
    main = next((name for name, head in heads.items() if head.type == "choice"), None)
    kept: list[Example] = []
    for row in rows:
        decision = decisions.get(key_of(row))
        if decision is None or decision.verdict == "accept":
            kept.append(row)
        elif decision.verdict == "relabel" and main and decision.label:
            kept.append(replace(row, labels={**row.labels, main: decision.label}, source=f"{row.source or 'unknown'}+relabelled"))
    return kept


def verification(sample: Sequence[Example], rows: Sequence[Example], decisions: Mapping[str, Decision]) -> dict[str, Any]:
    """How much was looked at, and the share of it that was wrong, with a 95 % interval (Wilson)."""
    found = Counter(decision.verdict for row in sample if (decision := decisions.get(key_of(row))))
    looked = sum(found.values())
    wrong = found["relabel"] + found["drop"]
    low, high = wilson(wrong, looked)
    return {
        "sample": len(sample),
        "verified": looked,
        "share_of_sample": looked / len(sample) if sample else 0.0,
        "share_of_rows": looked / len(rows) if rows else 0.0,
        "accepted": found["accept"],
        "relabelled": found["relabel"],
        "dropped": found["drop"],
        "error_rate": wrong / looked if looked else None,
        "error_rate_low": low,
        "error_rate_high": high,
    }


def wilson(wrong: int, looked: int, z: float = 1.96) -> tuple[float, float]:
    """The interval in which a share lies, by what was seen of it; all of [0, 1] when nothing was."""
    if not looked:
        return 0.0, 1.0
    share = wrong / looked
    middle = (share + z * z / (2 * looked)) / (1 + z * z / looked)
    half = z * math.sqrt(share * (1 - share) / looked + z * z / (4 * looked * looked)) / (1 + z * z / looked)
    return max(0.0, middle - half), min(1.0, middle + half)
