"""A schema -> a grammar in llama.cpp's GBNF of all answers in notation.py that the schema allows; free text only where it says so."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sayso.clischema.heads import kinds_of, label_of
from sayso.clischema.notation import PLAIN, POINTED, QUESTION
from sayso.clischema.schema import Argument, Schema
from sayso.clischema.scope import scope_of

LONGEST_WORD, LONGEST_TEXT, DIGITS = 160, 600, 12
RULES = {
    "plain": rf"[0-9A-Za-z_./:@#~+%\u00a0-\U0010ffff-]{{1,{LONGEST_WORD}}}",
    "quoted": rf'"\"" ([^"\\\x00-\x1f] | "\\" ["\\]){{1,{LONGEST_TEXT}}} "\""',
    "text": "plain | quoted",
}


def grammar_of(schema: Schema) -> str:
    """The grammar; its root is `root`."""
    commands = [path for path, _ in schema.distinct_commands()]
    lines = [
        f"root ::= question | {' | '.join(f'c{number}' for number in range(len(commands)))}",
        f"question ::= {_text(QUESTION)} ({' | '.join(map(_text, kinds_of(schema)))})",
    ]
    for number, path in enumerate(commands):
        scope = scope_of(schema, path)
        parts = [f"({_text(f' {name}=')} {_value_rule(argument)})?" for name, argument in scope.arguments.items()]
        parts += [f"{_text(f' +{name}')}?" for name in scope.flags]
        lines.append(" ".join([f"c{number} ::= {_text(label_of(schema, path))}", *parts]))
    return "\n".join([*lines, *(f"{name} ::= {rule}" for name, rule in RULES.items())]) + "\n"


def _value_rule(argument: Argument) -> str:
    """What may be written for an argument: one of an enum's values, digits, or text; and the sign for what is pointed at."""
    return f"({' | '.join([_text(POINTED), *_alternatives(argument)])})"


def _alternatives(argument: Argument) -> Iterator[str]:
    if argument.type == "enum" and not argument.repeatable:
        yield from (_text(value if PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)) for value in argument.values)
    elif argument.type == "integer" and not argument.repeatable:
        yield f"{_sign(argument)}[0-9]{{1,{_most_digits(argument)}}}"
    elif argument.type == "number" and not argument.repeatable:
        yield f'{_sign(argument)}[0-9]{{1,{_most_digits(argument)}}} ("." [0-9]{{1,{DIGITS}}})?'
    elif argument.type == "boolean":
        yield from ('"true"', '"false"')
    else:
        yield "text"


def _sign(argument: Argument) -> str:
    low = argument.range[0] if argument.range else None
    return "" if low is not None and low >= 0 else '"-"? '


def _most_digits(argument: Argument) -> int:
    ends = [end for end in argument.range or () if end is not None]
    return max((len(str(int(abs(end)))) for end in ends), default=DIGITS) if argument.range and argument.range[1] is not None else DIGITS


def _text(literal: str) -> str:
    """A literal of the grammar."""
    return json.dumps(literal, ensure_ascii=False)
