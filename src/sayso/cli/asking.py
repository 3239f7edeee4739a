"""One question after the other: what a person presses or types, or what a script has on each line, becomes labels."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from string import digits
from typing import TYPE_CHECKING, Any

from sayso.cli import terminal
from sayso.cli.keys import ESCAPE, read_key
from sayso.cli.question import in_words, keys_of, show, show_guide, show_question, show_text
from sayso.errors import DataError, SaysoError, UsageError
from sayso.examples.typed import label_meant

if TYPE_CHECKING:
    from sayso.labeling.session import Session
    from sayso.project import Project

HELP = "n: note   s: not now   u: undo   g: guide   Enter: type a label   m: all of a long text   q: quit"
HELP_TAGS = "a key for each tag, then Enter; / to type one"
ENDS = ("q", "\x04", "\x00")
"""What ends a session: q, or Ctrl-D, which is the last of these if it comes before anybody waits for a key."""
PAUSE = 300
"""Seconds after which somebody was doing something else."""


@dataclass
class Desk:
    """Where a person sits: what they have been shown, which tags they have chosen so far, and how quickly they answer."""

    session: Session
    project: Project
    blind: bool = False
    shown: tuple[str, str] | None = None
    chosen: set[str] = field(default_factory=set)
    lines: int = 0
    moments: list[float] = field(default_factory=lambda: [time.monotonic()])

    def sit(self) -> None:
        """Ask until there is nothing left, or nobody answers."""
        show(HELP, "dim")
        while self.session.current is not None:
            self._ask()
            key = read_key()
            self.lines += 1
            command, _, rest = key.partition(" ")
            if key in self.labels and not sys.stdin.isatty():  # in a script, a label may be called like a command
                self._answer(key)
            elif not key or key.lower() in ENDS:
                return
            elif not self._obey(command.lower(), rest):
                self._answer(key)

    @property
    def head(self) -> str:
        """The head that is asked about."""
        return str(self.session.head)

    @property
    def type(self) -> str:
        """Its type."""
        return self.session.sets.heads[self.head].type

    @property
    def labels(self) -> tuple[str, ...]:
        """What may be said of it."""
        return self.session.sets.heads[self.head].labels

    def _ask(self) -> None:
        """Show the question, unless it is there already."""
        item = self.session.current
        if item is None or self.shown == (item.key, self.head):
            return
        if self.shown is None or self.shown[0] != item.key:
            show_text(item, self._progress(), self.session.notes.get(item.key, ""))
        guess = None if self.blind else item.guesses.get(self.head)
        show_question(self.head, self.labels, guess, several=len(self.session.heads) > 1)
        if self.type == "tags" and sys.stdin.isatty():
            show(HELP_TAGS, "dim")
        self.shown = (item.key, self.head)
        self.chosen.clear()

    def _obey(self, command: str, rest: str) -> bool:
        """Do what a command says; False if it is none."""
        item = self.session.current
        if command == "n":
            self.session.note(rest or self._line("note: "))
            self.shown = None
        elif command in ("g", "?"):
            self._guide(rest)
        elif rest or item is None:
            return False
        elif command == "s":
            self.session.skip()
            self.shown = None
        elif command == "u":
            taken = self.session.undo()
            show("nothing to take back" if taken is None else f"taken back: {in_words(taken.value) if taken.head else 'not now'}", "dim")
            self.shown = None
        elif command == "m":
            show(terminal.visible(item.text, lines=True), "bold")
            self.shown = (item.key, "")
        elif command != ESCAPE:
            return False
        return True

    def _answer(self, key: str) -> None:
        """A label's key, or what was typed. A person is told what is wrong; a script stops, as its next line is for the next text."""
        try:
            if not sys.stdin.isatty():
                self._label(self._meant(key))
            elif self.type == "tags":
                self._choose(key)
            elif key in ("\n", "/"):
                self._typed("")
            elif self.type == "score":
                self._typed(key if key in digits + ".," else "")
            else:
                self._label(self._meant(key))
        except SaysoError as error:
            if not sys.stdin.isatty():
                raise DataError(str(error), "stdin", self.lines) from None
            show(str(error) if key in ("\n", "/") or self.type == "score" else HELP, "red")

    def _label(self, value: Any) -> None:
        head = self.head
        self.session.label(value)
        self.moments.append(time.monotonic())
        show(f"{head}: {in_words(value)}", "green")

    def _choose(self, key: str) -> None:
        """Put a tag to those chosen, or take it away again; Enter ends it."""
        if key == "\n":
            self._label(sorted(self.chosen, key=self.labels.index))
            return
        self.chosen ^= {self._one(self._line("tag: ") if key == "/" else key)}
        show(f"{in_words(sorted(self.chosen, key=self.labels.index))}   (Enter: done)", "cyan")

    def _typed(self, begun: str) -> None:
        typed = begun + self._line(("0 to 1: " if self.type == "score" else "label: ") + begun)
        if typed.strip():
            self._label(self._meant(typed))

    def _meant(self, typed: str) -> Any:
        """The value that a head of this type takes."""
        if self.type == "choice":
            return self._one(typed)
        if self.type == "tags":
            return [] if typed.strip() == "-" else [self._one(part) for part in re.split("[,;]", typed)]
        try:
            return float(typed.strip().replace(",", "."))
        except ValueError:
            raise UsageError(f"{typed.strip()!r} is no number from 0 to 1") from None

    def _one(self, typed: str) -> str:
        return keys_of(self.labels).get(typed.strip()) or label_meant(typed, self.labels)

    def _guide(self, label: str) -> None:
        """To one label, or to all of them; the question comes again after it."""
        if self.labels and not label and sys.stdin.isatty():
            label = self._line("guide to (Enter: all labels): ")
        try:
            show_guide(self.project, self.head, [self._one(label)] if label.strip() else self.labels)
        except UsageError as error:
            show(str(error), "red")
        self.shown = self.shown and (self.shown[0], "")

    def _line(self, prompt: str) -> str:
        """What a person types; a script has typed all there is."""
        if not sys.stdin.isatty():
            return ""
        terminal.stdout().print(prompt, end="", markup=False)
        return sys.stdin.readline().strip("\r\n")

    def _progress(self) -> str:
        session, told = self.session, []
        seconds = [after - before for before, after in pairwise(self.moments[-50:]) if after - before < PAUSE]
        if len(seconds) > 2:
            minutes = median(seconds) * len(session.waiting) * len(session.heads) / 60
            told = [f"{median(seconds):.1f} s each", f"about {minutes:.0f} min left" if minutes > 1 else "less than a minute left"]
        return " · ".join([f"{session.done + 1} of {len(session.items)}", *told])
