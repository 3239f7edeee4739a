"""What is wrong with a schema that has the right form: names, aliases, arguments, examples."""

from __future__ import annotations

from collections.abc import Iterator

from sayso.clischema.checks_of_arguments import problems_of_arguments
from sayso.clischema.parse import parse_line
from sayso.clischema.phrases import wrong_with_phrase
from sayso.clischema.problem import Problem, Step
from sayso.clischema.schema import CommandSchema, Schema
from sayso.clischema.scope import scope_of
from sayso.errors import CommandError


def check_schema(schema: Schema) -> list[Problem]:
    """All of it. Examples are read only where nothing else is an error, since they are read by the schema."""
    problems = list(_problems_of_root(schema))
    for place, path, command in _places(schema):
        label = f"`{' '.join([schema.name, *path])}`"
        problems += _problems_of_command(label, command, place)
        problems += problems_of_arguments(schema, label, path, command, place)
    problems += _aliases_across_scopes(schema)
    if not any(problem.severity == "error" for problem in problems):
        problems += _problems_of_phrases(schema)
    if not any(problem.severity == "error" for problem in problems):
        problems += _problems_of_examples(schema)
    return problems


def _places(schema: Schema) -> Iterator[tuple[tuple[Step, ...], tuple[str, ...], CommandSchema]]:
    """Every command with its place in the YAML and its path."""
    pending: list[tuple[tuple[Step, ...], tuple[str, ...], CommandSchema]] = [((), (), schema.root)]
    while pending:
        place, path, command = pending.pop()
        yield place, path, command
        key = "subcommands" if path else "commands"
        for number, sub in reversed(list(enumerate(command.subcommands))):
            pending.append(((*place, key, number), (*path, sub.name), sub))


def _problems_of_root(schema: Schema) -> Iterator[Problem]:
    wrong = _wrong_with_word(schema.name)
    if wrong:
        yield Problem("error", f"`cli_name` {wrong}", ("name",))
    if not schema.commands and not schema.args and not schema.flags:
        yield Problem("error", "there is nothing in this schema: no `commands`, no `args`, no `flags`")


def _problems_of_command(label: str, command: CommandSchema, place: tuple[Step, ...]) -> Iterator[Problem]:
    key = "subcommands" if place else "commands"
    first: dict[str, int] = {}
    for number, sub in enumerate(command.subcommands):
        here = (*place, key, number)
        wrong = _wrong_with_word(sub.name)
        if wrong:
            yield Problem("error", f"{label}: the name of a command {wrong}", (*here, "name"))
        if sub.name in first:
            yield Problem("error", f"{label} has two commands {sub.name!r}; keep one", (*here, "name"))
        first.setdefault(sub.name, number)
    yield from _ambiguous_aliases(label, command, (*place, key))
    if command.runnable is False and not command.subcommands:
        yield Problem("error", f"{label} has no subcommands and is not `runnable`: nothing can be done with it", (*place, "runnable"))


def _ambiguous_aliases(label: str, command: CommandSchema, place: tuple[Step, ...]) -> Iterator[Problem]:
    """Aliases that lead to several commands of one group: whoever says them has to be asked back."""
    called: dict[str, list[int]] = {}
    for number, sub in enumerate(command.subcommands):
        for alias in dict.fromkeys(alias.casefold() for alias in sub.aliases):
            called.setdefault(alias, []).append(number)
    names = {sub.name.casefold(): sub.name for sub in command.subcommands}
    for alias, numbers in called.items():
        subs = [command.subcommands[number].name for number in numbers]
        here = (*place, numbers[-1], "aliases")
        if alias in names and names[alias] not in subs:
            yield Problem("warning", f"{label}: the alias {alias!r} of {subs[0]!r} is the name of another command", here)
        elif len(subs) > 1:
            yield Problem("warning", f"{label}: the alias {alias!r} may be {' or '.join(subs)}", here)


def _aliases_across_scopes(schema: Schema) -> Iterator[Problem]:
    """Aliases that mean a command in several groups: clear only when the group is said or known."""
    called: dict[str, dict[tuple[str, ...], tuple[Step, ...]]] = {}
    for place, path, command in _places(schema):
        for alias in command.aliases if path else ():
            called.setdefault(alias.casefold(), {})[path] = (*place, "aliases")
    for alias, places in called.items():
        if len({path[:-1] for path in places}) > 1:
            names = [" ".join(path) for path in places]
            shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
            yield Problem("note", f"the alias {alias!r} stands in several groups: {shown}", next(iter(places.values())))


def _problems_of_examples(schema: Schema) -> Iterator[Problem]:
    for place, path, command in _places(schema):
        for number, example in enumerate(command.examples):
            try:
                found = parse_line(schema, example.run)
            except CommandError as error:
                yield Problem("error", f"the example {example.run!r} does not fit: {error}", (*place, "examples", number))
                continue
            if found.path[: len(path)] != path:
                told = f"the example {example.run!r} is one of `{' '.join([schema.name, *found.path])}`"
                yield Problem("error", told, (*place, "examples", number))


def _problems_of_phrases(schema: Schema) -> Iterator[Problem]:
    for place, path, command in _places(schema):
        for number, phrase in enumerate(command.natural_language):
            for wrong in wrong_with_phrase(scope_of(schema, path), phrase):
                yield Problem("error", f"`{' '.join([schema.name, *path])}`: {wrong}", (*place, "natural_language", number))


def _wrong_with_word(name: str) -> str | None:
    if not name or name.startswith("-") or any(sign.isspace() or not sign.isprintable() for sign in name):
        return f"is one word that does not begin with a dash, not {name!r}"
    return None
