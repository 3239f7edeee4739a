"""What an argument is for, as far as its name and type tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sayso.clischema import Argument
from sayso.generate.commands.lexicon import Role, lexicon


def role_of(argument: Argument, path: Sequence[str] = ()) -> Role:
    """By its whole name, with what the group is called before it (`gist id`), then by its last and its first word, then by its type."""
    name = re.sub(r"_", "-", argument.name.lower())
    words = name.split("-")
    spelled = [f"{path[0]}-{name}"] if path else []
    for candidate in (*spelled, name, words[-1], words[0]):
        for role in lexicon().roles:
            if candidate in role.names and _may_have(argument, role):
                return role
    return next(role for role in lexicon().roles if argument.type in role.types or role.name == "anything")


def _may_have(argument: Argument, role: Role) -> bool:
    """Whether the role's values can be of the argument's type."""
    if argument.type in ("integer", "number"):
        return role.name in ("number", "limit", "integer", "float", "run", "port")
    if argument.type in ("boolean", "enum", "date"):
        return argument.type == "enum" or argument.type in role.types
    return True
