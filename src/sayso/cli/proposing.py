"""What a model makes of a request -> the line, all that would happen, or the program itself, once it may run."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NoReturn

import typer

from sayso.cli import terminal
from sayso.cli.command_view import tell, tell_explanation, tell_proposal, tell_question
from sayso.cli.conversation import Conversation
from sayso.errors import CheckFailed, Unreachable
from sayso.runtime.interpretation import Clarification
from sayso.shell.corrections import learn
from sayso.shell.history import Request, log
from sayso.shell.permission import Permit, permit, why_asked
from sayso.shell.places import log_file
from sayso.shell.proposal import Proposal, proposed
from sayso.shell.start import check_installed, start

if TYPE_CHECKING:
    from sayso.clischema import Schema
    from sayso.runtime.interpretation import Interpretation


def run(schema: Schema, request: Request, answer: Interpretation, *, yes: bool, keep: bool) -> NoReturn:
    """Become the program, unless nobody lets it run."""
    check_installed(schema.name)
    proposal, permitted = _permitted(schema, answer, yes)
    if keep:
        _keep(schema, request, proposal, permitted)
    start(proposal.argv)


def print_line(schema: Schema, answer: Interpretation) -> None:
    """The command alone, as a shell reads it."""
    if isinstance(answer, Clarification):
        tell_question(schema, answer)
        raise typer.Exit(1)
    typer.echo(proposed(schema, answer).line)


def show_all(schema: Schema, request: Request, answer: Interpretation, *, yes: bool, keep: bool) -> None:
    """The command and what its words mean, whether it would be asked about, what would be started and written down."""
    out = terminal.stdout()
    if isinstance(answer, Clarification):
        tell_question(schema, answer, out)
        tell(_facts(request), "dim", out)
        raise typer.Exit(1)
    proposal = proposed(schema, answer)
    tell_proposal(proposal, out)
    tell_explanation(schema, proposal, out)
    permitted = permit(proposal, schema, yes=yes)
    allows = {"yes": "--yes", "allowed": "the allow-list"}
    tell(f"would run unasked, by {allows[permitted]}" if permitted else f"would be asked about: {why_asked(proposal)}", "cyan", out)
    try:
        tell(f"would start {check_installed(schema.name)}", console=out)
    except Unreachable as error:
        tell(str(error), "red", out)
    tell(f"would be written down in {log_file()}" if keep else "would not be written down", console=out)
    tell(_facts(request), "dim", out)


def _permitted(schema: Schema, answer: Interpretation, yes: bool) -> tuple[Proposal, Permit]:
    """What may run, and why: because nobody needs to be asked, or because somebody was."""
    asked, shown = sys.stdin, sys.stderr  # where the answer comes from, and where the question is seen; a closed one is None
    at_a_terminal = bool(asked and shown and asked.isatty() and shown.isatty())
    if isinstance(answer, Clarification):
        if not at_a_terminal:
            tell_question(schema, answer)
            raise typer.Exit(1)
        return _agreed(Conversation(schema), answer)
    proposal = proposed(schema, answer)
    permitted = permit(proposal, schema, yes=yes)
    if permitted:
        if not terminal.volume.quiet:
            tell_proposal(proposal)
        return proposal, permitted
    if not at_a_terminal:
        raise CheckFailed(f"`{proposal.line}` was not run: {why_asked(proposal)}, and there is no terminal to ask at")
    return _agreed(Conversation(schema), proposal)


def _agreed(conversation: Conversation, about: Proposal | Clarification) -> tuple[Proposal, Permit]:
    proposal = conversation.settle(about) if isinstance(about, Clarification) else about
    agreed = proposal and conversation.agree(proposal)
    if agreed is None:
        terminal.say("nothing was run")
        raise typer.Exit(1)
    return agreed, "confirmed"


def _keep(schema: Schema, request: Request, proposal: Proposal, permitted: Permit) -> None:
    """A file that cannot be written is no reason not to do what was asked for."""
    try:
        log(request, proposal, permitted)
        learn(schema, request, proposal)
    except OSError as error:
        terminal.say(f"this is not written down: {error.filename or log_file()}: {error.strerror}", style="yellow")


def _facts(request: Request) -> str:
    return f"asked of {request.model}, with the context {json.dumps(request.context, ensure_ascii=False)}"
