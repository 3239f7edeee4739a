"""What `sayso do` does besides running commands: the list of those that are allowed, what was run, the short name in a shell."""

from __future__ import annotations

from pathlib import Path

import typer

from sayso.cli import terminal
from sayso.cli.command_models import command_model
from sayso.errors import UsageError
from sayso.shell import permission
from sayso.shell.completion import Shell, init_lines
from sayso.shell.history import last_runs
from sayso.shell.places import allow_list_file, corrections_file, log_file
from sayso.shell.proposal import quoted


def allow_command(line: str, tool: str | None, project: Path) -> None:
    """Put a command on the list; the model's schema says whether it is one, and how much harm it does."""
    with terminal.progress() as progress:
        model, _ = command_model(tool or permission.tool_of(line), project, progress)
    terminal.say(
        f"`{permission.allow(model.schema, line)}` is no longer asked about where the model is sure; the list is {allow_list_file()}"
    )


def disallow_command(line: str) -> None:
    """Take a command off the list."""
    terminal.say(f"`{permission.disallow(line)}` is asked about again")


def list_allowed(as_json: bool) -> None:
    """The list."""
    commands = permission.allowed()
    if as_json:
        terminal.print_json({"file": str(allow_list_file()), "allowed": commands})
        return
    for command in commands:
        typer.echo(terminal.visible(command))
    if not commands:
        terminal.say('No command runs unasked; allow one: sayso do --allow "gh pr list"')


def list_runs(as_json: bool) -> None:
    """What was run last, and where all of it is written down."""
    rows = last_runs()
    if as_json:
        terminal.print_json({"file": str(log_file()), "runs": rows})
        return
    for row in rows:
        line = quoted([str(word) for word in row.get("argv") or ()])
        facts = [str(row.get(key)) for key in ("time", "permitted", "risk")]
        typer.echo(terminal.visible(f"{'  '.join(facts)}  {line}  ({row.get('request')})"))
    terminal.say(f"All of it is in {log_file()}" if rows else f"Nothing is written down in {log_file()}")
    for tool in sorted({str(row.get("tool")) for row in rows}):
        if corrections_file(tool).is_file():
            terminal.say(f"What you have corrected of {tool} is in {corrections_file(tool)}")


def print_init_lines(shell: Shell, tool: str | None, alias: str | None) -> None:
    """What a shell is to evaluate."""
    if tool is None:
        raise UsageError(f"say for which tool: sayso do --init {shell} gh")
    typer.echo(init_lines(shell, _absolute(tool), alias), nl=False)


def _absolute(tool: str) -> str:
    """A folder is meant wherever the short name is used."""
    return str(Path(tool).absolute()) if "/" in tool and not tool.startswith("registry:") else tool
