"""A folder of carapace's YAML, one file a command (`gh.pr.merge.yaml`) -> Schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sayso.clischema.imported import Imported, apart
from sayso.clischema.schema import Argument, CommandSchema, Flag, Schema, Type
from sayso.clischema.usage import Usage, read_usage
from sayso.clischema.values import read_value
from sayso.errors import SchemaError, nearest
from sayso.yamlfile import read_yaml

KEY = re.compile(r"(?:(?P<short>-[^-\s,]), )?(?P<long>--?[^\s=*?&!,]+),?(?P<marks>[=*?&!]*)")
BRACED = re.compile(r"\{([\w.+-]+(?:\|[\w.+-]+)+)\}")
QUOTED = re.compile(r'\(("[\w.+-]+"(?:,? (?:or )?"[\w.+-]+")+)\)')
DEFAULT = re.compile(r'\(default "?([^")]+)"?\)')
WHOLE_NUMBERS = {"limit", "depth", "jobs", "replicas"}
TELLING = 0.05
"""The least share of commands whose usage tells positionals for the others to be believed to have none."""

Node = tuple[Path, Mapping[str, Any]]


def from_carapace(folder: Path, name: str | None = None) -> Imported:
    """The schema of one tool. Where nearly no usage line tells positionals, as in git's, every command may be given any."""
    nodes, hidden = _nodes(Path(folder), name)
    root = next(path for path in nodes if len(path) == 1)
    notes = [f"hidden commands are left out: {', '.join(hidden)}"] if hidden else []
    usages = {path: _usage(path, nodes, notes) for path in nodes}
    leaves = [path for path in nodes if not _below(nodes, path)]
    telling = sum(1 for path in leaves if usages[path].positionals)
    anything = telling < TELLING * len(leaves)
    if anything:
        notes.append(f"positionals are told by {telling} of {len(leaves)} commands; the others may be given any, as `args`")
    tool = _command(root, nodes, usages, anything)
    return Imported(
        Schema(tool.name, tool.description, tool.subcommands, tool.args, tool.flags, runnable=tool.runnable), str(folder), tuple(notes)
    )


def _nodes(folder: Path, name: str | None) -> tuple[dict[tuple[str, ...], Node], list[str]]:
    """Every file by its command's path, without hidden commands and what is below them; and the names of those."""
    paths = {tuple(file.name.removesuffix(".yaml").split(".")): file for file in sorted(folder.glob("*.yaml"))}
    roots = sorted({path[0] for path in paths})
    wanted = name if name in roots else None
    if len(roots) == 1:
        wanted = roots[0]
    if wanted is None:
        if not roots:
            raise SchemaError("there are no YAML files such as gh.pr.merge.yaml in this folder", folder)
        told = (
            f"here is no {name!r}{nearest(name, roots)}" if name else "here are several tools; choose one with --name: " + ", ".join(roots)
        )
        raise SchemaError(told, folder)
    if (wanted,) not in paths:
        raise SchemaError(f"the file of the tool itself, {wanted}.yaml, is missing", folder)
    nodes = {path: (file, _document(file)) for path, file in paths.items() if path[0] == wanted}
    hidden = {path for path, (_, document) in nodes.items() if document.get("hidden")}
    shown = {path: node for path, node in nodes.items() if not any(path[:depth] in hidden for depth in range(1, len(path) + 1))}
    return shown, sorted(" ".join(path[1:]) for path in hidden)


def _document(file: Path) -> Mapping[str, Any]:
    document = read_yaml(file, SchemaError).value
    if not isinstance(document, dict) or not isinstance(document.get("name"), str):
        raise SchemaError("this is no command of carapace: `name` is missing", file, 1)
    for key in ("flags", "persistentflags"):
        if not isinstance(document.get(key) or {}, dict):
            raise SchemaError(f"`{key}` maps names to descriptions", file)
    return document


def _below(nodes: Mapping[tuple[str, ...], Node], path: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [other for other in nodes if len(other) == len(path) + 1 and other[: len(path)] == path]


def _usage(path: tuple[str, ...], nodes: Mapping[tuple[str, ...], Node], notes: list[str]) -> Usage:
    """What the usage line tells; that of a group speaks of its subcommands."""
    if _below(nodes, path):
        return Usage()
    usage = read_usage(str(nodes[path][1]["name"]))
    notes += [f"`{' '.join(path)}`: {part} is left out" for part in usage.left_out]
    return usage


def _command(
    path: tuple[str, ...], nodes: Mapping[tuple[str, ...], Node], usages: Mapping[tuple[str, ...], Usage], anything: bool
) -> CommandSchema:
    file, document = nodes[path]
    own = [_option(file, key, told, inherited=False) for key, told in (document.get("flags") or {}).items()]
    passed = [_option(file, key, told, inherited=True) for key, told in (document.get("persistentflags") or {}).items()]
    options = tuple({option.name: option for option in [*passed, *own] if option}.values())
    subcommands = tuple(_command(below, nodes, usages, anything) for below in _below(nodes, path))
    positionals = usages[path].positionals
    if anything and not positionals and not subcommands:
        positionals = (Argument("args", positional=True, repeatable=True),)
    aliases = document.get("aliases") or ()
    return CommandSchema(
        name=path[-1],
        description=_line(document.get("description")),
        aliases=tuple(str(alias) for alias in aliases if str(alias) != path[-1]),
        runnable=True if subcommands and (any(own) or anything) and len(path) > 1 else None,
        options_first=usages[path].options_first,
        args=(
            *apart(positionals, options, path[-2] if len(path) > 2 else path[-1]),
            *(one for one in options if isinstance(one, Argument)),
        ),
        flags=tuple(one for one in options if isinstance(one, Flag)),
        subcommands=subcommands,
    )


def _option(file: Path, key: str, told: Any, *, inherited: bool) -> Argument | Flag | None:
    """An option or flag by carapace's key; None for `--help` and what is hidden."""
    found = KEY.fullmatch(str(key))
    if not found:
        raise SchemaError(f"`{key}` is no flag as carapace writes it, such as '-s, --state='", file)
    spelled, marks = found["long"], found["marks"]
    alone = len(spelled) == 2
    name = spelled.lstrip("-")
    if name == "help" or "&" in marks:
        return None
    short = spelled[1] if alone else (found["short"] or "-")[1:] or None
    long = "" if alone else spelled if not spelled.startswith("--") else None
    description = _line(told.get("description") if isinstance(told, dict) else told)
    if "=" not in marks and "?" not in marks:
        return Flag(name, description, short, long, repeatable="*" in marks, inherited=inherited)
    values = _values(description)
    kind: Type = "enum" if values else _type(name, description)
    argument = Argument(
        name=name,
        type=kind,
        description=description,
        required="!" in marks,
        repeatable="*" in marks,
        values=values,
        short=short,
        long=long,
        value_optional="?" in marks,
        inherited=inherited,
    )
    return argument if argument.required or argument.repeatable else _with_default(argument)


def _values(description: str) -> tuple[str, ...]:
    braced, quoted = BRACED.search(description), QUOTED.search(description)
    if braced:
        return tuple(dict.fromkeys(braced[1].split("|")))
    return tuple(dict.fromkeys(re.findall(r'"([^"]+)"', quoted[1]))) if quoted else ()


def _type(name: str, description: str) -> Type:
    if name in WHOLE_NUMBERS or description.startswith("Maximum number"):
        return "integer"
    told = re.search(r"`(file|directory|path)`", description)
    return "path" if told or name in ("file", "directory") or name.endswith(("-file", "-dir")) else "string"


def _with_default(argument: Argument) -> Argument:
    from dataclasses import replace

    found = DEFAULT.search(argument.description)
    if not found:
        return argument
    try:
        return replace(argument, default=read_value(argument, found[1]))
    except ValueError:
        return argument


def _line(text: Any) -> str:
    return " ".join(str(text or "").split("\n\n")[0].split())
