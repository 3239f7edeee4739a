"""What the project promised about its figures, held against the report."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sayso.artifacts import Artifact, read_json
from sayso.errors import CheckFailed, ProjectError, nearest
from sayso.gate import Gate

COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def hold(gates: Sequence[Gate], figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each gate, what was measured and whether it holds; a ProjectError if there is no such figure."""
    known = dict(_flat(figures))
    verdicts: list[dict[str, Any]] = []
    for gate in gates:
        if gate.figure not in known:
            raise ProjectError(f"the gate `{gate}` names no figure of the report{nearest(gate.figure, known)}", "sayso.yaml")
        value = known[gate.figure]
        verdicts.append({"gate": str(gate), "value": value, "held": bool(COMPARE[gate.comparison](value, gate.bound))})
    return verdicts


def require_gates(report: Artifact) -> None:
    """Raise CheckFailed naming every gate of the report that does not hold."""
    failed = [gate for gate in read_json(report.path / "report.json")["gates"] if not gate["held"]]
    if failed:
        told = "; ".join(f"{gate['gate']} (measured {gate['value']:.4g})" for gate in failed)
        raise CheckFailed(f"{len(failed)} gate{'s do' if len(failed) > 1 else ' does'} not hold: {told}. See {report.path / 'report.html'}")


def _flat(figures: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Every number among the figures by its path."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{prefix}{name}", float(value)
