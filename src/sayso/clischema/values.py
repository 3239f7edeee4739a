"""An argument's value: as text in an argv, as a typed value elsewhere, and whether it may be what it is."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

from sayso.clischema.schema import Argument
from sayso.errors import nearest

INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


def read_value(argument: Argument, text: str) -> Any:
    """The text of an argv as a value of the argument's type; raises ValueError that says what is wrong."""
    value: Any = text
    if argument.type == "integer":
        if not INTEGER.fullmatch(text):
            raise ValueError(f"{text!r} is no whole number")
        value = int(text)
    elif argument.type == "number":
        try:
            value = float(text)
        except ValueError:
            raise ValueError(f"{text!r} is no number") from None
    elif argument.type == "boolean":
        if text not in ("true", "false"):
            raise ValueError(f"{text!r} is neither true nor false")
        value = text == "true"
    wrong = wrong_with_one(argument, value)
    if wrong:
        raise ValueError(wrong)
    return value


def text_of(argument: Argument, value: Any) -> str:
    """The value as one word of an argv."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def wrong_with(argument: Argument, value: Any) -> str | None:
    """What is wrong with a value, or with the list of values that a repeatable argument takes; None if nothing is."""
    if not argument.repeatable:
        return wrong_with_one(argument, value)
    if not isinstance(value, list | tuple):
        return f"{value!r} must be a list: this argument may be given several times"
    if not value:
        return "an empty list says nothing; leave the argument out"
    return next((wrong for wrong in (wrong_with_one(argument, one) for one in value) if wrong), None)


def wrong_with_one(argument: Argument, value: Any) -> str | None:
    """What is wrong with a single value; None if nothing is."""
    if value is True and argument.value_optional:
        return None
    if argument.type == "boolean":
        return None if isinstance(value, bool) else f"{value!r} is neither true nor false"
    if argument.type == "integer" and (isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**18):
        return f"{value!r} is no whole number"
    if argument.type == "number" and (isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value)):
        return f"{value!r} is no number"
    if argument.type in ("integer", "number"):
        return _wrong_with_range(argument, value)
    if not isinstance(value, str):
        return f"{value!r} must be text"
    return _wrong_with_text(argument, value)


def choices_of(argument: Argument) -> str:
    """What may be said for it, where that is few words: its values, or its range; empty where it may be much."""
    low, high = argument.range or (None, None)
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None or high is not None:
        return f"at least {low:g}" if low is not None else f"at most {high:g}"
    return ", ".join(argument.values)


def _wrong_with_range(argument: Argument, value: float) -> str | None:
    low, high = argument.range or (None, None)
    if low is not None and value < low:
        return f"{value} is less than {low:g}"
    if high is not None and value > high:
        return f"{value} is more than {high:g}"
    return None


def _wrong_with_text(argument: Argument, value: str) -> str | None:
    if "\0" in value or not _is_utf8(value):
        return f"{value!r} has a character that no program can be given"
    if argument.type == "enum" and value not in argument.values:
        return f"{value!r} is none of its values{nearest(value, argument.values)}"
    if argument.type == "date" and not _is_date(value):
        return f"{value!r} is no date such as 2026-01-31"
    if argument.type in ("path", "url") and not value:
        return f"an empty text is no {argument.type}"
    if argument.pattern is not None and not re.fullmatch(argument.pattern, value):
        return f"{value!r} does not match {argument.pattern}"
    return None


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
