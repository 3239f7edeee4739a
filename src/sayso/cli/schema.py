"""`sayso schema`: what a command line tool can be told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.errors import CheckFailed, InputError, UsageError

if TYPE_CHECKING:
    from sayso.clischema import Argument, CommandSchema, Flag, Schema
    from sayso.clischema.read import CheckedFile

What = Literal["list", "check", "show", "import"]
STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}


def schema(
    what: Annotated[What, typer.Argument(metavar="[WHAT]", help="list, check, show or import.")] = "list",
    which: Annotated[
        list[str] | None, typer.Argument(metavar="[WHICH]...", help="A schema's file or name; for import, its source.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where import writes the schema.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="What the imported tool is called when it is run.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail the check.")] = False,
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Check, show and import schemas of command line tools.

    `sayso schema` lists those of the project (`schema.yaml` or `schemas/`) and of the recipes. `schema check FILE` lists everything that
    is wrong, with its lines, and ends with code 1 when there are errors. `schema show gh` shows the tree of commands, and
    `schema show gh pr merge` one of them. `schema import SOURCE -o FILE` makes a schema of a folder of carapace's files, of an argparse
    parser or a click or typer app (`my_package.cli:app`; with `my_package.cli:parser()` a function is called that makes one), or of another
    schema, whose guesses it writes down. The app is only looked at, never run; its module is imported.
    """
    which = which or []
    folder = project.parent if project.is_file() else project
    _check_usage(what, which, output, name, strict)
    if what == "check":
        _check(which, folder, strict, as_json)
    elif what == "show":
        _show(which, folder, as_json)
    elif what == "import":
        _import(which[0], output, name, as_json)
    else:
        _list(folder, as_json)


def _check_usage(what: What, which: Sequence[str], output: Path | None, name: str | None, strict: bool) -> None:
    if what == "show" and not which:
        raise UsageError("say which schema: sayso schema show FILE_OR_NAME [COMMAND]...")
    if what == "import" and len(which) != 1:
        raise UsageError("say one source: sayso schema import FOLDER | MODULE:OBJECT | FILE [-o FILE]")
    if what == "list" and which:
        raise UsageError(f"`sayso schema list` lists everything; for one schema: sayso schema show {which[0]}")
    if what != "import" and (output or name):
        raise UsageError("--output and --name go with `sayso schema import`")
    if what != "check" and strict:
        raise UsageError("--strict goes with `sayso schema check`")


def _list(folder: Path, as_json: bool) -> None:
    from sayso.clischema.files import packaged_schema_files, schema_files

    rows = [_entry(file, "project") for file in schema_files(folder)] + [_entry(file, "recipe") for file in packaged_schema_files()]
    if as_json:
        terminal.print_json({"schemas": rows})
        return
    if not rows:
        terminal.say("There are no schemas here; make one in schemas/, or import one: sayso schema import SOURCE -o schemas/NAME.yaml")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("name", "commands", "errors", "warnings", "from", "file"):
        table.add_column(column, justify="right" if column in ("commands", "errors", "warnings") else "left", header_style="dim")
    for row in rows:
        cells = (row["name"], row["commands"], row["errors"], row["warnings"], row["from"], row["file"])
        table.add_row(*("" if cell is None else str(cell) for cell in cells))
    terminal.stdout().print(table, markup=False)


def _entry(file: Path, origin: str) -> dict[str, Any]:
    from sayso.clischema.read import check_file

    try:
        checked = check_file(file)
    except InputError:
        return {"name": file.stem, "commands": None, "errors": 1, "warnings": 0, "from": origin, "file": str(file)}
    found = checked.schema
    return {
        "name": found.name if found else file.stem,
        "commands": len(list(found.runnable_commands())) if found else None,
        "errors": _count(checked, "error"),
        "warnings": _count(checked, "warning"),
        "from": origin,
        "file": str(file),
    }


def _check(which: Sequence[str], folder: Path, strict: bool, as_json: bool) -> None:
    from sayso.clischema.files import schema_file, schema_files
    from sayso.clischema.read import check_file

    files = [schema_file(one, folder) for one in which] or schema_files(folder)
    if not files:
        raise UsageError("say which schema: sayso schema check FILE; there is no schema.yaml and no schemas/ here")
    checked = [check_file(file) for file in files]
    if as_json:
        terminal.print_json({"files": [_checked_document(one) for one in checked]})
    for one in [] if as_json else checked:
        for problem in one.problems:
            terminal.stdout().print(f"{one.path}:{problem.line}: ", end="", markup=False)
            terminal.stdout().print(f"{problem.severity}: ", end="", style=STYLES[problem.severity])
            terminal.stdout().print(terminal.visible(problem.message), markup=False)
        commands = f"{len(list(one.schema.runnable_commands()))} commands, " if one.schema else ""
        terminal.say(f"{one.path}: {commands}" + ", ".join(_counted(_count(one, kind), kind) for kind in STYLES))
    wrong = [one for one in checked if one.schema is None or (strict and _count(one, "warning"))]
    if wrong:
        raise CheckFailed(f"{', '.join(str(one.path) for one in wrong)} {'does' if len(wrong) == 1 else 'do'} not hold")


def _checked_document(checked: CheckedFile) -> dict[str, Any]:
    return {
        "file": str(checked.path),
        "commands": len(list(checked.schema.runnable_commands())) if checked.schema else None,
        **{f"{kind}s": _count(checked, kind) for kind in STYLES},
        "problems": [problem.to_dict() for problem in checked.problems],
    }


def _count(checked: CheckedFile, severity: str) -> int:
    return sum(1 for problem in checked.problems if problem.severity == severity)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _import(source: str, output: Path | None, name: str | None, as_json: bool) -> None:
    from sayso.clischema.importing import import_schema
    from sayso.clischema.spec import to_spec
    from sayso.clischema.write import schema_as_yaml, write_schema

    found = import_schema(source, name)
    comment = "\n".join([f"Imported by `sayso schema import {found.source}`.", *found.notes])
    if output:
        write_schema(found.schema, output, comment)
    for note in found.notes:
        terminal.say(note)
    if as_json:
        written = str(output) if output else None
        terminal.print_json({"source": found.source, "output": written, "notes": list(found.notes), "schema": to_spec(found.schema)})
    elif not output:
        typer.echo(schema_as_yaml(found.schema, comment), nl=False)
    else:
        terminal.say(f"{output}: {len(list(found.schema.runnable_commands()))} commands of {found.schema.name}")


def _show(which: Sequence[str], folder: Path, as_json: bool) -> None:
    from sayso.clischema.files import schema_file
    from sayso.clischema.read import read_schema
    from sayso.clischema.spec import as_data, to_spec

    found = read_schema(schema_file(which[0], folder))
    path, command = _reached(found, which[1:])
    if as_json:
        terminal.print_json({"path": list(path), **_about(found, path), **as_data(command)} if path else to_spec(found))
        return
    if path:
        _print_command(found, path, command)
    else:
        _print_branch(found, (), command)


def _reached(found: Schema, words: Sequence[str]) -> tuple[tuple[str, ...], CommandSchema]:
    """The command that the words lead to; aliases lead there too."""
    from sayso.clischema import scope_of

    path: tuple[str, ...] = ()
    command = found.root
    for word in words:
        below = command.subcommand(word)
        if below is None:
            scope_of(found, (*path, word))
            return path, command
        path, command = (*path, below.name), below
    return path, command


def _about(found: Schema, path: tuple[str, ...]) -> dict[str, Any]:
    from sayso.clischema import command_risk, scope_of

    command = scope_of(found, path).command
    return {"usage": _usage(found, path, command), "risk": command_risk(command), "risk_is_declared": command.risk is not None}


def _usage(found: Schema, path: tuple[str, ...], command: CommandSchema) -> str:
    positionals = [f"<{one.name}>" + ("..." if one.repeatable else "") for one in command.positionals]
    told = [word if one.required else f"[{word}]" for word, one in zip(positionals, command.positionals, strict=True)]
    options = ["[options]"] if command.flags or len(command.args) > len(told) else []
    below = ["<command>"] if command.subcommands else []
    return " ".join([found.name, *path, *(options + told if command.options_first else told + options), *below])


def _print_branch(found: Schema, path: tuple[str, ...], command: CommandSchema) -> None:
    from sayso.clischema import command_risk

    if not path:
        _print(f"{found.name}  {found.description}".rstrip())
    for sub in command.subcommands:
        here = (*path, sub.name)
        risk = "" if sub.subcommands else f" [{command_risk(sub)}]"
        _print(f"{'  ' * len(here)}{sub.name}{risk}  {sub.description.partition('. ')[0]}".rstrip())
        _print_branch(found, here, sub)


def _print_command(found: Schema, path: tuple[str, ...], command: CommandSchema) -> None:
    from sayso.clischema import scope_of

    about, scope = _about(found, path), scope_of(found, path)
    _print(about["usage"])
    if command.description:
        _print(command.description)
    facts = {"also called": ", ".join(command.aliases), "asked for as": ", ".join(command.natural_language)}
    if command.runs:
        facts["risk"] = about["risk"] + ("" if about["risk_is_declared"] else " (by its name)")
    for title, value in facts.items():
        if value:
            _print(f"{title}: {value}")
    for title, parts in (("arguments", scope.arguments), ("flags", scope.flags)):
        if parts:
            _print(f"\n{title}:")
            width = max(len(_spelled(part)) for part in parts.values())
            for part in parts.values():
                _print(f"  {_spelled(part):<{width}}  {_told(part)}".rstrip())
    for example in command.examples:
        _print(f"\n{example.run}" + (f"    ({example.say})" if example.say else ""))
    if command.subcommands:
        _print("\ncommands:")
        _print_branch(found, (path[-1],), command)


def _spelled(part: Argument | Flag) -> str:
    return ", ".join(part.spellings) or f"<{part.name}>"


def _told(part: Argument | Flag) -> str:
    """What is known of an argument or flag, in one line."""
    from sayso.clischema import Argument

    facts = [part.description]
    if isinstance(part, Argument):
        kind = "|".join(part.values) if part.type == "enum" else part.type
        facts.insert(0, kind + (", required" if part.required else "") + (", repeatable" if part.repeatable else ""))
        if part.default is not None:
            facts.append(f"default {part.default}")
        if part.context:
            facts.append(f"{'/'.join(part.context.words)}: {part.context.source}")
    if part.natural_language:
        facts.append(f"asked for as {', '.join(part.natural_language)}")
    return "; ".join(fact for fact in facts if fact)


def _print(line: str) -> None:
    terminal.stdout().print(terminal.visible(line, lines=True), markup=False)
