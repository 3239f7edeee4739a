"""`sayso do`: from plain words to a command that runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from sayso.cli import terminal
from sayso.cli.command_models import command_model, known_tools
from sayso.cli.options import JsonOption, ProjectOption
from sayso.errors import UsageError

Mode = Literal["run", "print", "dry-run", "json"]
LONGEST = 4000


def do(
    tool: Annotated[
        str | None,
        typer.Argument(
            metavar="[TOOL]", help="A tool's name, or the model: its folder, or registry:NAME@ALIAS.", autocompletion=known_tools
        ),
    ] = None,
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORDS]...", help="What you want, in your own words.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask where the model is sure and nothing is destroyed.")] = False,
    print_only: Annotated[bool, typer.Option("--print", help="Print the command, quoted for a shell, and run nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show all that would happen, and run nothing.")] = False,
    context: Annotated[
        Path | None, typer.Option("--context", metavar="FILE", help="JSON that goes over what is found out about the repository.")
    ] = None,
    no_log: Annotated[bool, typer.Option("--no-log", help="Keep nothing of this request; SAYSO_DO_LOG=0 keeps nothing of any.")] = False,
    allow: Annotated[str | None, typer.Option("--allow", metavar="COMMAND", help="From now on, run this command as with --yes.")] = None,
    disallow: Annotated[str | None, typer.Option("--disallow", metavar="COMMAND", help="Ask about this command again.")] = None,
    allowed: Annotated[bool, typer.Option("--allowed", help="List the commands that are allowed.")] = False,
    log: Annotated[bool, typer.Option("--log", help="Show what was run last.")] = False,
    init: Annotated[
        Literal["bash", "zsh", "fish"] | None, typer.Option("--init", help="Print what gives the tool a short name in this shell.")
    ] = None,
    alias: Annotated[
        str | None, typer.Option("--alias", metavar="NAME", help="The name that --init gives; default: h and the tool's.")
    ] = None,
    project: ProjectOption = Path("."),
    as_json: JsonOption = False,
) -> None:
    """Run a command that is asked for in plain words.

    `sayso do gh squash and merge this one` shows the command, how much harm it can do and how sure the model is of it; Enter runs it, `e`
    explains it, `c` changes it. Nothing runs unasked except by `--yes` or `--allow`, and nothing destructive ever does. `--` ends the
    options: `sayso do gh -- --help me`. See docs/do.md.
    """
    from sayso.cli import do_settings

    _refuse_what_does_not_go_together((allow, disallow, allowed, log, init), words, (print_only, dry_run, as_json), alias)
    _refuse_the_invisible(tool, allow, disallow, alias)
    if init:
        do_settings.print_init_lines(init, tool, alias)
    elif allow:
        do_settings.allow_command(allow, tool, project)
    elif disallow:
        do_settings.disallow_command(disallow)
    elif allowed:
        do_settings.list_allowed(as_json)
    elif log:
        do_settings.list_runs(as_json)
    else:
        mode: Mode = "print" if print_only else "dry-run" if dry_run else "json" if as_json else "run"
        _do(_request(tool, words or []), str(tool), mode, context, project, yes=yes, keep=not no_log)


def _refuse_what_does_not_go_together(
    settings: Sequence[object], words: list[str] | None, forms: Sequence[bool], alias: str | None
) -> None:
    *_, init = settings
    if sum(map(bool, settings)) > 1 or (words and any(settings)):
        raise UsageError("--allow, --disallow, --allowed, --log and --init go one at a time, and with no request")
    if sum(forms) > 1:
        raise UsageError("--print, --dry-run and --json go one at a time")
    if alias and not init:
        raise UsageError("--alias goes with --init")


def _refuse_the_invisible(*names: str | None) -> None:
    """A request may hold anything; in names, what cannot be seen is a slip or a trick, and would be printed with the error."""
    for name in names:
        if name and not name.isprintable():
            raise UsageError(f"{name!a} has characters that cannot be seen")


def _request(tool: str | None, words: Sequence[str]) -> str:
    """What is asked for; words need no quotes."""
    text = " ".join(words).strip()
    if tool is None or not text:
        raise UsageError(f"say what you want, as in: sayso do {tool or 'gh'} squash and merge this one")
    if len(text) > LONGEST:
        raise UsageError(f"a request has {LONGEST:,} characters at most; this one has {len(text):,}")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise UsageError("the request is not UTF-8 text")
    return text


def _do(text: str, tool: str, mode: Mode, context: Path | None, project: Path, *, yes: bool, keep: bool) -> None:
    from sayso.cli import proposing
    from sayso.shell.context import git_context, merged, read_context
    from sayso.shell.history import Request, is_switched_off

    given = read_context(context) if context else {}
    with terminal.progress() as progress:
        model, source = command_model(tool, project, progress)
    terminal.detail(f"{source} answers")
    known = merged(git_context(model.schema), given)
    answer = model.interpret(text, known or None)
    request = Request(text, known, model.schema.name, source)
    keep = keep and not is_switched_off()
    if mode == "json":
        terminal.print_json(answer.to_dict())
    elif mode == "print":
        proposing.print_line(model.schema, answer)
    elif mode == "dry-run":
        proposing.show_all(model.schema, request, answer, yes=yes, keep=keep)
    else:
        proposing.run(model.schema, request, answer, yes=yes, keep=keep)
