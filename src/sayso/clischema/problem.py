"""Problem: something that is wrong with a schema, or that its author should know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
Step = str | int


@dataclass(frozen=True)
class Problem:
    """An error makes the schema useless, a warning makes some requests ambiguous, a note is worth knowing."""

    severity: Severity
    message: str
    place: tuple[Step, ...] = ()
    line: int | None = None

    def at_line(self, line: int) -> Problem:
        """The same problem, with its line."""
        return replace(self, line=line)

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {"severity": self.severity, "line": self.line, "message": self.message}
