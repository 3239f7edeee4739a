"""Any command that a schema allows, drawn by hypothesis."""

import re

from hypothesis import strategies as st

from sayso.clischema import Command, scope_of

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
AWKWARD = st.sampled_from(["", "-", "--", "-x", "--web", "a b", "it's", '"', "ä😀", "=", "-=", "list", "pop", "a=b", "$HOME", "\n"])


@st.composite
def commands(draw, schema):
    """A command of the schema with any values it allows, arguments and flags in any order."""
    path, _ = draw(st.sampled_from(list(schema.runnable_commands())))
    scope = scope_of(schema, path)
    args, skipped = {}, False
    for argument in draw(st.permutations([one for one in scope.arguments.values() if not one.positional])):
        if argument.required or draw(st.integers(0, 9)) < (3 if len(scope.arguments) < 10 else 1):
            args[argument.name] = draw(values(argument))
    for argument in scope.positionals:
        skipped = skipped or not (argument.required or draw(st.booleans()))
        if argument.required or not skipped:
            args[argument.name] = draw(values(argument))
    flags = [flag for flag in scope.flags.values() if draw(st.integers(0, 9)) < (4 if len(scope.flags) < 10 else 1)]
    names = [flag.name for flag in flags] + [flag.name for flag in flags if flag.repeatable and draw(st.booleans())]
    for group in scope.command.exclusive:
        said = [name for name in (*args, *names) if name in group]
        names = [name for name in names if name not in said[1:]]
        args = {name: value for name, value in args.items() if name not in said[1:]}
    return Command(path, args, tuple(draw(st.permutations(names))))


def values(argument):
    one = _value(argument)
    return st.lists(one, min_size=1, max_size=3).map(tuple) if argument.repeatable else one


def _value(argument):
    low, high = argument.range or (None, None)
    if argument.type == "integer":
        limits = (-(10**17) if low is None else int(low), 10**17 if high is None else int(high))
        kind = st.integers(*limits)
    elif argument.type == "number":
        kind = st.floats(low, high, allow_nan=False, allow_infinity=False)
    elif argument.type == "boolean":
        kind = st.booleans()
    elif argument.type == "enum":
        kind = st.sampled_from(argument.values)
    elif argument.type == "date":
        kind = st.dates().map(str)
    elif argument.pattern:
        kind = st.from_regex(re.compile(argument.pattern, re.ASCII), fullmatch=True)
    else:
        kind = TEXT | AWKWARD
        if argument.type in ("path", "url") or len((argument.spellings or ("",))[0]) == 2:
            kind = kind.filter(bool)
    return kind | st.just(True) if argument.value_optional else kind
