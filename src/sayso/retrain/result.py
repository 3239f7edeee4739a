"""Retrained: what a retraining came to, as a person reads it, as JSON has it, and as the version's provenance keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.registry import Version
from sayso.retrain.compare import Comparison
from sayso.retrain.frozen import Frozen
from sayso.retrain.labels import Labels
from sayso.retrain.merge import Merged


@dataclass(frozen=True)
class Retrained:
    """A new model, what it learned from, what it is worth on the frozen test set, and which version it became, if it did."""

    head: str
    labels: Labels
    merged: Merged
    frozen: Frozen
    figures: Mapping[str, Any]
    gates: list[dict[str, Any]]
    comparison: Comparison | None
    warnings: Sequence[str]
    folder: Path
    version: Version | None = None

    @property
    def bundle(self) -> Path:
        """The new model, registered or not."""
        return self.folder / "bundle"

    @property
    def report(self) -> Path:
        """What the report says of it."""
        return self.folder / "report" / "report.html"

    @property
    def failed(self) -> list[str]:
        """The gates that do not hold."""
        return [f"{gate['gate']} (measured {gate['value']:.4g})" for gate in self.gates if not gate["held"]]

    def data(self) -> dict[str, Any]:
        """What it learned from and is judged on."""
        labels = self.labels
        return {
            "labels": {
                "given": labels.given,
                "texts": len(labels.rows),
                "repeated": labels.repeated,
                "changed": labels.changed,
                "origins": dict(labels.origins),
                "by_label": dict(sorted(self.merged.labels(self.head).items())),
                "digest": labels.digest,
            },
            "merged": self.merged.to_dict(),
            "frozen": {"file": self.frozen.name, "sha256": self.frozen.sha256, "rows": len(self.frozen.rows), "new": self.frozen.is_new},
        }

    def to_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        version = self.version
        return {
            "model": version.model if version else None,
            "version": version.number if version else None,
            "id": version.id if version else None,
            "held": not self.failed,
            "gates": self.gates,
            "figures": self.figures,
            "against": self.comparison.to_dict() if self.comparison else None,
            **self.data(),
            "warnings": list(self.warnings),
            "bundle": str(self.bundle),
            "report": str(self.report),
        }


def few_labels(merged: Merged, head: str, known: Sequence[str], least: int) -> list[str]:
    """A warning that names the labels of which people gave fewer than are wanted; none if there are enough."""
    people, own = merged.labels(head), merged.own(head)
    few = sorted((label for label in known if people[label] < least), key=lambda label: people[label])
    if not few:
        return []
    beside = {label: f", beside {own[label]} rows of the project's own" if own[label] else "" for label in few}
    return [f"fewer than {least} labels of {', '.join(f'{label} ({people[label]}{beside[label]})' for label in few)}; label more of them"]
