"""Going through a sample row by row: what comes next, what was decided, what can be taken back. No terminal in here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sayso.examples import Example
from sayso.examples.typed import label_meant
from sayso.quality.corrections import Decision, append_decision, key_of, read_decisions


class Session:
    """One person, one sample, one file of decisions; every decision is on disk before the next row is shown."""

    def __init__(self, sample: Sequence[Example], head: str, labels: Sequence[str], corrections: Path) -> None:
        self.sample = list(sample)
        self.head = head
        self.labels = list(labels)
        self.corrections = corrections
        self.decisions = read_decisions(corrections)
        self.skipped: set[str] = set()
        self.history: list[str] = []

    @property
    def current(self) -> Example | None:
        """The next row that is neither decided nor skipped; None at the end."""
        open_rows = (row for row in self.sample if key_of(row) not in self.decisions and key_of(row) not in self.skipped)
        return next(open_rows, None)

    @property
    def done(self) -> int:
        """How many rows of the sample are decided."""
        return sum(key_of(row) in self.decisions for row in self.sample)

    @property
    def corrected(self) -> int:
        """How many of them were wrong."""
        return sum(1 for row in self.sample if (d := self.decisions.get(key_of(row))) and d.verdict != "accept")

    def accept(self) -> None:
        """The row is right as it is."""
        self._decide("accept")

    def drop(self) -> None:
        """The row is of no use."""
        self._decide("drop")

    def relabel(self, answer: str) -> None:
        """The row has another label: its number in the list, its name, or the beginning of it."""
        row = self.current
        label = label_meant(answer, self.labels)
        if row is not None and row.labels.get(self.head) == label:
            self.accept()
        else:
            self._decide("relabel", label)

    def skip(self) -> None:
        """Not now; the row comes again next time."""
        row = self.current
        if row is not None:
            self.skipped.add(key_of(row))
            self.history.append(key_of(row))

    def undo(self) -> bool:
        """Take the last decision or skip back; False if there is none."""
        if not self.history:
            return False
        key = self.history.pop()
        if key in self.skipped:
            self.skipped.discard(key)
        else:
            append_decision(self.corrections, Decision(key, "undo"))
            self.decisions.pop(key, None)
        return True

    def _decide(self, verdict: str, label: str | None = None) -> None:
        row = self.current
        if row is None:
            return
        decision = Decision(key_of(row), verdict, label, row.text)  # type: ignore[arg-type]
        append_decision(self.corrections, decision)
        self.decisions[decision.row] = decision
        self.history.append(decision.row)
