"""What is said with a person before a command runs: yes, no, what it means, another command; and what was missing."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sayso.cli import terminal
from sayso.cli.command_view import command_of, line_of, tell, tell_explanation, tell_proposal, tell_question
from sayso.cli.keys import ESCAPE, read_key
from sayso.cli.lines import forget_what_was_typed, read_line
from sayso.clischema import Argument, Command, Schema, missing, scope_of
from sayso.clischema.values import read_value, text_of
from sayso.errors import CommandError
from sayso.shell.proposal import Proposal, made, typed

if TYPE_CHECKING:
    from sayso.runtime.interpretation import Clarification

NO = ("n", "q", ESCAPE, "\x04", "\x00", "")
"""Keys that mean no; the last ones are Ctrl-D and the end of input."""


@dataclass
class Conversation:
    """With the person at the terminal, about commands of one tool."""

    schema: Schema

    def __post_init__(self) -> None:
        forget_what_was_typed()

    def agree(self, proposal: Proposal) -> Proposal | None:
        """What the person lets run, changed or not; None for no."""
        tell_proposal(proposal)
        while True:
            runs = ("y",) if proposal.risk == "destructive" else ("y", "\n")
            tell(f"{'y' if len(runs) == 1 else 'Enter'}: run   e: explain   c: change   n: no", "dim")
            key = read_key().lower()
            if key in runs:
                return proposal
            if key in NO:
                return None
            if key == "e":
                tell_explanation(self.schema, proposal)
            elif key == "c":
                proposal = self._changed(proposal)
                tell_proposal(proposal)

    def settle(self, question: Clarification) -> Proposal | None:
        """The command that an answer makes of a question back; None where nothing comes of it."""
        suggestions = question.suggestions
        if len(suggestions) == 1 and self._gaps(command_of(suggestions[0]), question.argument):
            tell(question.message, "bold")
            return self._completed(command_of(suggestions[0]), question.argument)
        tell_question(self.schema, question)
        while suggestions:
            tell(f"1-{len(suggestions)}: pick   n: none" if len(suggestions) > 1 else "1: yes   n: no", "dim")
            choice = read_key().lower() if len(suggestions) < 10 else read_line("number: ").strip()
            if choice in NO:
                return None
            if choice.isdecimal() and 1 <= int(choice) <= len(suggestions):
                try:
                    return self._completed(command_of(suggestions[int(choice) - 1]), question.argument)
                except CommandError as error:
                    tell(str(error), "red")
        return None

    def _changed(self, proposal: Proposal) -> Proposal:
        """What is typed, once it is a command; the same as before where nothing is."""
        line = "" if "$'" in proposal.line else proposal.line
        while line := read_line("> ", line):
            try:
                changed = typed(self.schema, line, proposal.answers)
            except CommandError as error:
                tell(str(error), "red")
            else:
                return proposal if changed.argv == proposal.argv else changed
        return proposal

    def _gaps(self, command: Command, asked: str | None) -> list[Argument]:
        """What to ask for: what the question is about, and whatever else the command cannot do without."""
        try:
            scope = scope_of(self.schema, command.path)
        except CommandError:
            return []
        named = [scope.arguments[asked]] if asked in scope.arguments and asked not in command.args else []
        return named + [argument for argument in missing(scope, command) if argument not in named]

    def _completed(self, command: Command, asked: str | None) -> Proposal | None:
        answers: list[str] = []
        for argument in self._gaps(command, asked):
            value = _answer(argument, line_of(self.schema, command))
            if value is None:
                return None
            command = replace(command, args={**command.args, argument.name: value})
            answers += [text_of(argument, one) for one in (value if argument.repeatable else [value])]
        return made(self.schema, command, "answered" if answers else "picked", tuple(answers))


def _answer(argument: Argument, line: str) -> Any:
    """A value for an argument, as typed; None where nothing is."""
    values = f" ({', '.join(argument.values)})" if argument.values else ""
    while text := read_line(f"{argument.name}{values} of `{terminal.visible(line)}`: ").strip():
        try:
            words = shlex.split(text) if argument.repeatable else [text]
            read = tuple(read_value(argument, word) for word in words)
            return read if argument.repeatable else read[0]
        except ValueError as error:
            tell(str(error), "red")
    return None
