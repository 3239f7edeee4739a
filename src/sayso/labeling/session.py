"""Going through Items one by one: which comes next, what was said of them, what can be taken back. No terminal in here."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sayso.errors import UsageError, nearest
from sayso.examples.rows import Values
from sayso.labeling.decisions import Decision, Verdict, append_decision, read_decisions
from sayso.labeling.items import Item
from sayso.labeling.labels import Answer, LabelSets
from sayso.labeling.order import Candidate, best_first


class Session:
    """One person, one file of texts, one journal of decisions; every decision is on disk before the next text is shown."""

    def __init__(self, items: Sequence[Item], sets: LabelSets, heads: Sequence[str], journal: Path, who: str = "") -> None:
        if unknown := [name for name in heads if name not in sets.heads]:
            raise UsageError(f"there is no head {unknown[0]!r}{nearest(unknown[0], sets.heads)}")
        self.sets, self.heads, self.journal, self.who = sets, tuple(heads), journal, who
        self.items = {item.key: item for item in items}
        self.said: dict[str, dict[str, Decision]] = {}
        self.notes: dict[str, str] = {}
        self.history: list[Decision] = []
        for decision in read_decisions(journal, sets):
            if decision.row in self.items:
                self._take_in(decision)
        self.history = [decision for decision in self.history if decision.head is None or decision.head in self.heads]
        self.waiting = deque(self._in_order())

    @property
    def current(self) -> Item | None:
        """The text that is asked about now; None at the end."""
        return self.items[self.waiting[0]] if self.waiting else None

    @property
    def head(self) -> str | None:
        """The head that is asked about now."""
        return next((name for name in self.heads if not self._is_said(self.waiting[0], name)), None) if self.waiting else None

    @property
    def done(self) -> int:
        """How many texts have an answer for every head that is asked about."""
        return len(self.items) - len(self.waiting)

    def answer(self, item: Item) -> Answer:
        """What the file knew and what was said since."""
        return item.known | {name: decision.value for name, decision in self.said.get(item.key, {}).items()}

    def label(self, value: Any) -> None:
        """Say what the text is, by the head that is asked about; an UnknownLabel if the project has no such label."""
        if self.head is not None:
            self._decide("label", head=self.head, value=self.sets.answer({self.head: value})[self.head])
            if self.head is None:
                self.waiting.popleft()

    def note(self, notes: str) -> None:
        """Write something down about the text; instead of what was there."""
        if self.current is not None:
            self._decide("note", notes=notes.strip())

    def skip(self) -> None:
        """Not now: all others come first."""
        if self.waiting:
            self._decide("skip")
            self.waiting.rotate(-1)

    def undo(self) -> Decision | None:
        """Take the last label or skip back, of an earlier session too, and ask about its text again; None if there is none."""
        if not self.history:
            return None
        last = self.history[-1]
        self._decide("undo", row=last.row, head=last.head)
        if last.row in self.waiting:
            self.waiting.remove(last.row)
        self.waiting.appendleft(last.row)
        return last

    def labelled(self) -> Iterator[Values]:
        """The rows of which anything was said, as the project has them, in the order of the file."""
        for item in self.items.values():
            if said := self.said.get(item.key):
                last = max(said.values(), key=lambda decision: decision.at)
                yield {"text": item.text} | self._about(item, last) | self.sets.answer(self.answer(item))

    def counts(self) -> dict[str, Counter[str]]:
        """How often each label of a choice or tags head was given."""
        heads = {name: self.sets.heads[name].labels for name in self.heads if self.sets.heads[name].type != "score"}
        counts = {name: Counter(dict.fromkeys(labels, 0)) for name, labels in heads.items()}
        for said in self.said.values():
            for name in counts.keys() & said.keys():
                value = said[name].value
                counts[name].update([value] if isinstance(value, str) else value)
        return counts

    def _about(self, item: Item, last: Decision) -> Values:
        scores = item.scores(self.sets.main)
        predicted = next(iter(scores), None)
        about = {
            "source": "label",
            **item.other,
            "labelled_by": last.by or None,
            "labelled_at": last.at,
            "notes": self.notes.get(item.key) or None,
            "predicted": predicted,
            "confidence": scores.get(predicted or ""),
            "seen": item.seen if item.seen > 1 else None,
        }
        return {key: value for key, value in about.items() if value is not None and key not in self.sets.heads}

    def _decide(self, verdict: Verdict, *, row: str = "", **words: Any) -> None:
        item = self.items[row or self.waiting[0]]
        decision = Decision(item.key, verdict, **words, text=item.text, by=self.who)
        append_decision(self.journal, decision)
        self._take_in(decision)

    def _take_in(self, decision: Decision) -> None:
        if decision.verdict == "note":
            self.notes[decision.row] = decision.notes
        elif decision.verdict == "undo":
            self._take_back(decision.row, decision.head)
        else:
            self.history.append(decision)
            if decision.verdict == "label":
                self.said.setdefault(decision.row, {})[str(decision.head)] = decision

    def _take_back(self, row: str, head: str | None) -> None:
        taken = [at for at, decision in enumerate(self.history) if (decision.row, decision.head) == (row, head)]
        if not taken:
            return
        del self.history[taken[-1]]
        said = self.said.get(row, {})
        if head in said:
            del said[head]
        if not said:
            self.said.pop(row, None)

    def _is_said(self, key: str, head: str) -> bool:
        return head in self.items[key].known or head in self.said.get(key, {})

    def _in_order(self) -> list[str]:
        """What is not answered yet: what helps most first, as far as a model has said anything; what was skipped last of all."""
        waiting = [item for item in self.items.values() if not all(self._is_said(item.key, name) for name in self.heads)]
        asked = next((name for name in self.heads if self.sets.heads[name].type == "choice"), self.sets.main)
        if any(item.scores(asked) for item in waiting):
            candidates = [Candidate(item.text, item.scores(asked), item.seen) for item in waiting]
            order = best_first(candidates, [self.items[key].text for key in self.said])
            waiting = [waiting[at] for at in order]
        skipped = {decision.row: at for at, decision in enumerate(self.history) if decision.verdict == "skip"}
        return sorted((item.key for item in waiting), key=lambda key: skipped.get(key, -1))
