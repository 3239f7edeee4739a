"""The forms in which a schema may be written, brought to the one that Schema has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sayso.clischema.problem import Problem, Step

LISTS = ("aliases", "natural_language", "words")
NAMED_LIKE_A_SUBJECT = {"number", "id", "repository", "tag", "file", "files", "directory", "path", "paths", "owner", "url"}


def in_one_form(document: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """A copy in the one form, and what could not be brought to it or was guessed."""
    problems: list[Problem] = []
    root = _without_nothing(document)
    if "cli_name" in root:
        root["name"] = root.pop("cli_name")
    said = root.pop("positionals", None)
    if said not in (None, "declared", "inferred"):
        problems.append(Problem("error", f"`positionals` is declared or inferred, not {said!r}", ("positionals",)))
    root = _command(root, (), problems)
    if said != "declared" and not _says_positional(root):
        problems += _told_of(list(_infer_positionals(root, ())))
    return root, problems


def _command(command: dict[str, Any], place: tuple[Step, ...], problems: list[Problem]) -> dict[str, Any]:
    command = _lists(command)
    for key, change in (("args", _argument), ("flags", _flag), ("examples", _example), ("commands", _command), ("subcommands", _command)):
        if isinstance(command.get(key), list):
            command[key] = [
                change(_without_nothing(one) if isinstance(one, dict) else one, (*place, key, number), problems)
                if isinstance(one, dict) or key == "examples"
                else one
                for number, one in enumerate(command[key])
            ]
    return command


def _argument(argument: dict[str, Any], place: tuple[Step, ...], problems: list[Problem]) -> dict[str, Any]:
    argument = _option(_lists(argument))
    given = argument.get("type")
    if isinstance(given, dict):
        if list(given) == ["enum"]:
            argument |= {"type": "enum", "values": given["enum"]}
        else:
            problems.append(Problem("error", f"`type` is a name or {{enum: [values]}}, not {given!r}", (*place, "type")))
            argument.pop("type")
    for other in ("enum", "choices"):
        if other in argument and "values" not in argument:
            argument["values"] = argument.pop(other)
    if isinstance(argument.get("values"), dict):
        argument["synonyms"] = {name: _as_list(words) for name, words in argument["values"].items() if words}
        argument["values"] = list(argument["values"])
    if isinstance(argument.get("values"), list):
        argument["values"] = [str(one) if isinstance(one, int) and not isinstance(one, bool) else one for one in argument["values"]]
        argument.setdefault("type", "enum")
    if isinstance(argument.get("context"), str):
        argument["context"] = {"source": argument["context"]}
    elif isinstance(argument.get("context"), dict):
        argument["context"] = _lists(argument["context"])
    return argument


def _flag(flag: dict[str, Any], place: tuple[Step, ...], problems: list[Problem]) -> dict[str, Any]:
    return _option(_lists(flag))


def _example(example: Any, place: tuple[Step, ...], problems: list[Problem]) -> Any:
    return {"run": example} if isinstance(example, str) else example


def _option(option: dict[str, Any]) -> dict[str, Any]:
    short = option.get("short")
    if isinstance(short, str | int) and not isinstance(short, bool):
        option["short"] = str(short).removeprefix("-")
    if option.get("long") is False:
        option["long"] = ""
    return option


def _lists(part: dict[str, Any]) -> dict[str, Any]:
    return part | {key: _as_list(part[key]) for key in LISTS if key in part}


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _without_nothing(part: dict[str, Any]) -> dict[str, Any]:
    """Without the keys that are empty in the YAML (`aliases:`), which say nothing."""
    return {key: value for key, value in part.items() if value is not None}


def _says_positional(part: Any) -> bool:
    if isinstance(part, dict):
        return "positional" in part or any(_says_positional(part.get(key)) for key in ("args", "commands", "subcommands"))
    return isinstance(part, list) and any(_says_positional(one) for one in part)


def _infer_positionals(command: dict[str, Any], place: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Schemas that know no positionals: the first required argument, and those named like what a command is about, are some."""
    args = [one for one in command.get("args") or () if isinstance(one, dict)] if isinstance(command.get("args"), list) else []
    first_required = next((one for one in args if one.get("required") is True), None)
    taken = [one for one in args if one is first_required or _is_named_like_a_subject(one.get("name"))]
    for argument in taken:
        argument["positional"] = True
        yield (*place, "args"), f"{command.get('name')} {argument.get('name')}"
    for key in ("commands", "subcommands"):
        below = command.get(key)
        for number, sub in enumerate(below if isinstance(below, list) else ()):
            if isinstance(sub, dict):
                yield from _infer_positionals(sub, (*place, key, number))


def _told_of(guesses: list[tuple[tuple[Step, ...], str]]) -> list[Problem]:
    if not guesses:
        return []
    names = ", ".join(name for _, name in guesses)
    told = (
        f"nothing here says `positional: true`, so these {len(guesses)} are guessed to be: {names}; `sayso schema import` writes them down"
    )
    return [Problem("note", told, guesses[0][0])]


def _is_named_like_a_subject(name: Any) -> bool:
    return isinstance(name, str) and (name.lower() in NAMED_LIKE_A_SUBJECT or name.lower().endswith(("_id", "-id")))
