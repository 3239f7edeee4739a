"""Stock: a project's rows, from before and from this work; it takes new ones that hold, and keeps every batch on disk."""

from __future__ import annotations

from collections import Counter

from sayso.examples import Example, normal_form
from sayso.generate.commands.fill import Refused
from sayso.generate.llm.checking import CommandRows, LabelRows
from sayso.generate.llm.files import Batch, Begun, Files, Row
from sayso.generate.llm.meter import Usage
from sayso.generate.llm.reader import Found
from sayso.project import Project


class Stock:
    """Rows from `before`, rows `taken` since this work began, and what was `rejected`."""

    def __init__(self, project: Project, key: str, force: bool) -> None:
        """Look at what is there. `key` is what the text of a row is called; `force` leaves rows from before out."""
        self.key = key
        self.files = Files(project)
        self.checks: CommandRows | LabelRows = CommandRows(project.tool, project.heads) if project.tool else LabelRows(project)
        self.taken: list[Row] = []
        self.examples: list[Example] = []
        self.rejected: list[Row] = []
        self.spent = Usage()
        self.finished: set[int] = set()
        self.texts = {normal_form(text) for text in self.files.other_texts()}
        found = None if force else self.files.begun()
        self._is_on_disk = found is not None
        self.before = [] if force or (found and found.over) else self.files.rows(key)
        self.begun = found or Begun(force, len(self.before), [])
        self._go_on()

    def __len__(self) -> int:
        return len(self.before) + len(self.taken)

    def add(self, number: int, found: Found, usage: Usage) -> int:
        """Take what holds of a batch, and put all of it on disk; says how many rows were taken."""
        before, since = len(self.taken), len(self.rejected)
        self._take(found.rows)
        self.rejected += [{"reason": "broken", "answer": piece} for piece in found.broken]
        self.spent.add(usage)
        self.finished.add(number)
        if not self._is_on_disk:
            self.files.begin(self.begun)
            self._is_on_disk = True
        self.files.add(Batch(number, self.taken[before:], self.rejected[since:], usage))
        return len(self.taken) - before

    def write(self) -> dict[str, int]:
        """Write the files of all rows; says how many are in which."""
        if not self.finished:
            return self.files.counts(self.key)
        return self.files.write([*self.before, *self.taken], self.rejected, self.key)

    def reasons(self) -> dict[str, int]:
        """How many rows were rejected for which reason; the commonest first."""
        return dict(Counter(str(row["reason"]).partition(":")[0] for row in self.rejected).most_common())

    def _go_on(self) -> None:
        """Take the rows of batches that were finished earlier; they may be in the files by now, and the checks may have changed."""
        under_way = {normal_form(str(row.get(self.key))) for batch in self.begun.batches for row in batch.rows}
        self.before = [row for row in self.before if normal_form(row[self.key]) not in under_way]
        self.texts |= {normal_form(row[self.key]) for row in self.before}
        for batch in self.begun.batches:
            self.rejected += batch.rejected
            self._take(batch.rows)
            self.spent.add(batch.usage)
            self.finished.add(batch.number)

    def _take(self, found: list[Row]) -> None:
        """Take the rows that hold and are not there yet; the others are rejected, with the reason."""
        for raw in found:
            try:
                kept = self.checks.check(raw)
                form = normal_form(kept.example.text)
                if form in self.texts:
                    raise Refused("duplicate")
            except Refused as refused:
                reason = {"reason": refused.reason}
                self.rejected.append(reason | raw | reason)
                continue
            self.texts.add(form)
            self.taken.append(kept.row)
            self.examples.append(kept.example)
