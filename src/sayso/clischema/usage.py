"""The positionals of a usage line, as help texts write it: `clone <repository> [<directory>] [-- <gitflags>...]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sayso.clischema.schema import Argument, Type

OPENING, CLOSING = "[{(<", "]})>"
OF_OPTIONS = re.compile(r"<?(options?|flags?)>?", re.IGNORECASE)
PATHS = {"file", "filename", "path", "directory", "key-file", "keyfile", "file-path", "dir"}
PASSED_ON = {"arg", "args", "command", "ps-options"}


@dataclass(frozen=True)
class Usage:
    """What a usage line tells: positionals, whether options must come before them, and what could not be read."""

    positionals: tuple[Argument, ...] = ()
    options_first: bool = False
    left_out: tuple[str, ...] = ()


def read_usage(line: str) -> Usage:
    """The usage of a command; its first word is the command's name."""
    found: list[Argument] = []
    left_out: list[str] = []
    for part in _with_alternatives(_parts(line.strip()))[1:]:
        if part.startswith("[--") and part[3:4].isspace():
            left_out.append(part)
            continue
        argument = _argument(part)
        if argument is None:
            continue
        if found and argument.name == found[-1].name and argument.repeatable:
            found[-1] = replace(found[-1], repeatable=True)
        elif argument.repeatable and any(one.repeatable for one in found):
            left_out.append(part)
        elif argument.name in {one.name for one in found}:
            found.append(replace(argument, name=f"{argument.name}-{len(found) + 1}"))
        else:
            found.append(argument)
    passed_on = any(argument.name in PASSED_ON and argument.repeatable for argument in found)
    return Usage(tuple(found), passed_on, tuple(left_out))


def _parts(line: str) -> list[str]:
    """Split at spaces that stand in no bracket."""
    parts, depth = [""], 0
    for sign in line:
        depth += (sign in OPENING) - (sign in CLOSING)
        if sign.isspace() and depth <= 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part for part in parts if part]


def _with_alternatives(parts: list[str]) -> list[str]:
    """`PATH | URL | -` is one part."""
    joined: list[str] = []
    for part in parts:
        if joined and (part == "|" or joined[-1].endswith("|")):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def _argument(part: str) -> Argument | None:
    """The positional of one part; None where it is an option, or stands for all of them."""
    repeatable, part = part.endswith("..."), part.removesuffix("...")
    optional = part.startswith("[") and _encloses(part)
    literal = part.startswith("(") and _encloses(part)
    inner = part[1:-1].strip() if part[:1] in "[{(" and _encloses(part) else part
    repeatable, inner = repeatable or "..." in inner, inner.replace("...", "")
    alternatives = [one for one in _alternatives(inner) if one != "-"]
    words = [one for one in alternatives if not one.startswith("-") and (one != "self" or len(alternatives) == 1)]
    if not words or OF_OPTIONS.fullmatch(words[0]):
        return None
    if literal and all(re.fullmatch(r"[a-z][\w-]*", word) for word in words):
        return Argument("which", type="enum", values=tuple(words), positional=True, required=True)
    names = list(dict.fromkeys(name for name in map(_name, words) if name))
    if not names:
        return None
    repeatable = repeatable or names[0] in ("args", "ps-options", "numbers", "urls")
    return Argument(
        name=names[0],
        type=_type(names),
        description=" or ".join(name.replace("-", " ") for name in names) if len(names) > 1 else "",
        positional=True,
        required=not optional and not any(one.startswith("-") for one in alternatives),
        repeatable=repeatable,
    )


def _encloses(part: str) -> bool:
    """Whether the first bracket is closed by the last sign."""
    depth = 0
    for place, sign in enumerate(part):
        depth += (sign in OPENING) - (sign in CLOSING)
        if depth == 0:
            return place == len(part) - 1 and place > 0
    return False


def _alternatives(inner: str) -> Iterator[str]:
    word, depth = "", 0
    for sign in inner:
        depth += (sign in OPENING) - (sign in CLOSING)
        if sign == "|" and depth == 0:
            yield word.strip()
            word = ""
        else:
            word += sign
    yield word.strip()


def _name(word: str) -> str:
    plain = re.sub(r"\[[^\[\]]*\]|\{[^{}]*\}", "", word)
    return re.sub(r"[^a-z0-9]+", "-", plain.lower().replace("_", "-")).strip("-")


def _type(names: list[str]) -> Type:
    if all(name in PATHS for name in names):
        return "path"
    return "integer" if names == ["number"] else "string"
