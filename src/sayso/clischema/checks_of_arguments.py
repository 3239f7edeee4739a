"""What is wrong with the arguments and flags of one command."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from sayso.clischema.problem import Problem, Severity, Step
from sayso.clischema.schema import Argument, CommandSchema, Flag, Schema
from sayso.clischema.values import wrong_with
from sayso.errors import nearest

SOURCE = re.compile(r"[\w-]+(\.[\w-]+)*")
WHOLE_SOURCE = re.compile(rf"{SOURCE.pattern}|(?:[^{{}}]*\{{{SOURCE.pattern}\}})+[^{{}}]*")
FOR_OPTIONS_ALONE = ("short", "long", "aliases", "joined", "value_optional", "inherited")


def problems_of_arguments(
    schema: Schema, label: str, path: Sequence[str], command: CommandSchema, place: tuple[Step, ...]
) -> Iterator[Problem]:
    """Everything that is wrong with them, one by one and together."""
    for where, part in _placed(command, place):
        wrong = _wrong_with_argument(part) if isinstance(part, Argument) else []
        for severity, what, message in [*wrong, *_wrong_with_spelling(part)]:
            yield Problem(severity, f"{label}, {part.name}: {message}", (*where, what))
    yield from _problems_of_names(label, command, place)
    yield from _problems_of_inherited(schema, label, path, command, place)
    yield from _problems_of_order(label, command, place)
    yield from _problems_of_exclusive(label, command, place)
    yield from _ambiguous_words(label, command, place)


def _placed(command: CommandSchema, place: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Argument | Flag]]:
    """Arguments and flags with their places in the YAML."""
    for number, part in enumerate(command.parts):
        yield (*place, "args", number) if isinstance(part, Argument) else (*place, "flags", number - len(command.args)), part


def _wrong_with_argument(argument: Argument) -> list[tuple[Severity, str, str]]:
    wrong: list[tuple[Severity, str, str]] = []
    if argument.type == "enum" and not argument.values:
        wrong.append(("error", "type", "an enum needs `values`"))
    if argument.type not in ("enum", "string") and argument.values:
        wrong.append(("error", "values", f"`values` are for an enum or a string, and the type is {argument.type}"))
    repeated = sorted({value for value in argument.values if argument.values.count(value) > 1})
    if repeated:
        wrong.append(("error", "values", f"the value {repeated[0]!r} is there twice"))
    wrong += _wrong_with_limits(argument)
    for phrase in argument.natural_language:
        if "{" in phrase.replace("{}", ""):
            wrong.append(("error", "natural_language", f"{phrase!r}: only {{}} is a place in an argument's phrase, for its own value"))
        elif phrase.count("{}") > 1:
            wrong.append(("error", "natural_language", f"{phrase!r} has two places for one value"))
    if argument.positional:
        mistaken = [key for key in FOR_OPTIONS_ALONE if getattr(argument, key)]
        wrong += [("error", key, f"`{key}` is for options, and this is a positional") for key in mistaken]
    if argument.value_optional and argument.type == "boolean":
        wrong.append(("error", "value_optional", "a boolean whose value is optional is a flag; move it to `flags`"))
    if argument.context and not WHOLE_SOURCE.fullmatch(argument.context.source):
        told = f"{argument.context.source!r} is no place in the context, such as git.current_pr or {{git.repo_owner}}/{{git.repo_name}}"
        wrong.append(("error", "context", told))
    if not any(severity == "error" for severity, _, _ in wrong) and argument.default is not None:
        problem = wrong_with(argument, argument.default)
        wrong += [("error", "default", f"the default {problem}")] if problem else []
        wrong += [("warning", "required", "it has a default, so it is never asked for")] if argument.required else []
    return wrong


def _wrong_with_limits(argument: Argument) -> list[tuple[Severity, str, str]]:
    wrong: list[tuple[Severity, str, str]] = []
    if argument.range is not None:
        low, high = argument.range
        if argument.type not in ("integer", "number"):
            wrong.append(("error", "range", f"`range` is for integer and number, and the type is {argument.type}"))
        elif not all(math.isfinite(end) for end in argument.range if end is not None):
            wrong.append(("error", "range", "the ends of a range are numbers; write null where there is none"))
        elif low is not None and high is not None and low > high:
            wrong.append(("error", "range", f"the range ends, at {high:g}, before it begins, at {low:g}"))
    if argument.pattern is not None:
        if argument.type in ("integer", "number", "boolean", "enum"):
            wrong.append(("error", "pattern", f"`pattern` is for text, and the type is {argument.type}"))
        try:
            re.compile(argument.pattern)
        except re.error as error:
            wrong.append(("error", "pattern", f"{argument.pattern!r} is no regular expression: {error}"))
    unknown = [value for value in argument.synonyms if value not in argument.values]
    wrong += [("error", "synonyms", f"{value!r} is none of its values{nearest(value, argument.values)}") for value in unknown]
    return wrong


def _wrong_with_spelling(part: Argument | Flag) -> list[tuple[Severity, str, str]]:
    wrong: list[tuple[Severity, str, str]] = []
    if part.short is not None and (len(part.short) != 1 or part.short in "-=" or part.short.isspace()):
        wrong.append(("error", "short", f"`short` is one letter, not {part.short!r}"))
    odd = next((word for word in part.spellings if "=" in word or any(sign.isspace() for sign in word) or word in ("-", "--")), None)
    if odd:
        wrong.append(("error", "long", f"{odd!r} cannot be typed as an option"))
    if not part.spellings and not (isinstance(part, Argument) and part.positional):
        wrong.append(("error", "name", "it has neither a `long` nor a `short` name; a name with spaces is none"))
    if not part.name.strip():
        wrong.append(("error", "name", "the name is empty"))
    return wrong


def _problems_of_names(label: str, command: CommandSchema, place: tuple[Step, ...]) -> Iterator[Problem]:
    names: dict[str, type] = {}
    spellings: dict[str, str] = {}
    for where, part in _placed(command, place):
        if part.name in names:
            kind = "two" if names[part.name] is type(part) else "an argument and a flag that are both"
            yield Problem("error", f"{label} has {kind} {part.name!r}; keep one", (*where, "name"))
            continue
        names[part.name] = type(part)
        for spelling in part.spellings:
            other = spellings.setdefault(spelling, part.name)
            if other != part.name:
                what = "short" if len(spelling) == 2 else "name"
                yield Problem("error", f"{label}: {spelling} is both {other!r} and {part.name!r}", (*where, what))


def _problems_of_inherited(
    schema: Schema, label: str, path: Sequence[str], command: CommandSchema, place: tuple[Step, ...]
) -> Iterator[Problem]:
    """An inherited option that is written like one of the command's own could never be given."""
    own = {spelling: part.name for part in command.parts for spelling in part.spellings}
    group = schema.root
    for word in path:
        for part in group.parts:
            spelling = part.spellings[0] if part.spellings and part.inherited else ""
            if own.get(spelling, part.name) != part.name:
                told = f"{label}: {spelling} is its {own[spelling]!r}, and the {part.name!r} that it inherits from `{group.name}`"
                yield Problem("error", told, place)
        below = next((sub for sub in group.subcommands if sub.name == word), None)
        if below is None or below is command:
            return
        group = below


def _problems_of_order(label: str, command: CommandSchema, place: tuple[Step, ...]) -> Iterator[Problem]:
    optional = several = None
    for number, argument in enumerate(command.args):
        if not argument.positional:
            continue
        here = (*place, "args", number)
        needed = argument.needed
        if several and argument.repeatable:
            yield Problem("error", f"{label}: both {several!r} and {argument.name!r} take several words; nobody can tell which", here)
        elif several and not needed:
            yield Problem("error", f"{label}: {argument.name!r} never gets a word, since {several!r} before it takes all there are", here)
        elif optional and needed:
            told = (
                f"{label}: {argument.name!r} is required and stands after {optional!r}, which is not; a lone word goes to {argument.name!r}"
            )
            yield Problem("warning", told, here)
        if argument.repeatable:
            several = argument.name
        elif not needed:
            optional = argument.name


def _problems_of_exclusive(label: str, command: CommandSchema, place: tuple[Step, ...]) -> Iterator[Problem]:
    parts = {part.name: part for part in command.parts}
    for number, names in enumerate(command.exclusive):
        here = (*place, "exclusive", number)
        for name in names:
            if name not in parts:
                yield Problem("error", f"{label}: `exclusive` names {name!r}, which is none of its own{nearest(name, parts)}", here)
            elif getattr(parts[name], "required", False):
                yield Problem("error", f"{label}: {name!r} is required; it cannot exclude others", here)


def _ambiguous_words(label: str, command: CommandSchema, place: tuple[Step, ...]) -> Iterator[Problem]:
    """One phrase for two flags or arguments, one "this" for two arguments, one synonym for two values."""
    phrases: dict[str, str] = {}
    referring: dict[str, str] = {}
    for where, part in _placed(command, place):
        yield from _taken(label, part.name, part.natural_language, phrases, (*where, "natural_language"))
        if not isinstance(part, Argument):
            continue
        if part.context:
            yield from _taken(label, part.name, part.context.words, referring, (*where, "context"))
        synonyms: dict[str, str] = {}
        for value, words in part.synonyms.items():
            yield from _taken(f"{label}, {part.name}", value, words, synonyms, (*where, "values"))


def _taken(label: str, name: str, words: Sequence[str], meanings: dict[str, str], place: tuple[Step, ...]) -> Iterator[Problem]:
    """Remember what the words mean, and report those that already mean something else."""
    for word in dict.fromkeys(each.casefold() for each in words):
        other = meanings.setdefault(word, name)
        if other != name:
            yield Problem("warning", f"{label}: {word!r} may mean {other!r} or {name!r}", place)
