"""What a person sees of a command: the line, its risk, what its words mean; and of a question back: what may have been meant.

It goes to stderr, also with --quiet, since it is what is asked about; stdout is the program's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.cli import terminal
from sayso.clischema import Command, Schema
from sayso.errors import CommandError
from sayso.shell.explanation import explanation, incomplete
from sayso.shell.proposal import Proposal

if TYPE_CHECKING:
    from rich.console import Console

    from sayso.runtime.interpretation import Clarification, Suggestion

STYLES = {"read": "green", "write": "yellow", "destructive": "bold red"}
BY_A_PERSON = {"changed": "as you changed it", "picked": "as you picked it", "answered": "as you completed it"}
WIDEST = 28


def tell(text: str, style: str = "", console: Console | None = None) -> None:
    """Print a text of which nothing moves the cursor."""
    from rich.text import Text

    (console or terminal.stderr()).print(Text(terminal.visible(text, lines=True), style=style), soft_wrap=True)


def tell_proposal(proposal: Proposal, console: Console | None = None) -> None:
    """The command, its risk, and how sure who is of it."""
    from rich.text import Text

    tell(proposal.line, "bold", console)
    told = Text("  ").append(proposal.risk, style=STYLES[proposal.risk])
    if proposal.confidence is None:
        told.append(f", {BY_A_PERSON.get(proposal.origin, '')}")
    else:
        told.append(f", {proposal.confidence:.2f} sure" + ("" if proposal.action == "execute" else f" ({proposal.action})"))
    (console or terminal.stderr()).print(told, soft_wrap=True)


def tell_explanation(schema: Schema, proposal: Proposal, console: Console | None = None) -> None:
    """Each word and what it means, in two columns."""
    pairs = [(terminal.visible(word), terminal.visible(meaning)) for word, meaning in explanation(schema, proposal)]
    width = min(max(len(word) for word, _ in pairs), WIDEST)
    for word, meaning in pairs:
        tell(f"  {word:<{width}}  {meaning}".rstrip(), console=console)


def tell_question(schema: Schema, question: Clarification, console: Console | None = None) -> None:
    """The question, and what may have been meant, with a number for each."""
    tell(question.message, "bold", console)
    for number, suggestion in enumerate(question.suggestions, start=1):
        line = line_of(schema, command_of(suggestion))
        told = f"  `{line}`" if line and line != suggestion.label else ""
        tell(f"  {number}  {terminal.visible(suggestion.label)}{told}", console=console)


def command_of(suggestion: Suggestion) -> Command:
    """What a suggestion suggests."""
    words = f"{suggestion.command or ''} {suggestion.subcommand or ''}".split()
    return Command(tuple(words), dict(suggestion.args), tuple(suggestion.flags))


def line_of(schema: Schema, command: Command) -> str:
    """As one would type it, whether or not something is missing; empty where the schema has no such command."""
    try:
        return incomplete(schema, command)
    except (CommandError, KeyError):
        return ""
