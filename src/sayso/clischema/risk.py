"""How much harm a command can do: what the schema says, or what its name suggests where the schema says nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sayso.clischema.schema import RISKS, CommandSchema, Flag, Risk, Schema
from sayso.clischema.scope import scope_of

READING = {
    *(
        "browse",
        "blame",
        "cat",
        "check",
        "checks",
        "count",
        "describe",
        "df",
        "diff",
        "display",
        "doctor",
        "du",
        "events",
        "exists",
        "find",
    ),
    *("grep", "help", "history", "images", "info", "inspect", "list", "log", "logs", "ls", "outdated", "peek", "ping", "print", "ps"),
    *("search", "show", "shortlog", "stat", "stats", "status", "top", "tree", "verify", "version", "view", "watch", "whoami"),
}
DESTROYING = {
    *("clean", "clear", "delete", "del", "destroy", "discard", "drop", "erase", "expire", "flush", "force", "gc", "kill", "nuke", "prune"),
    *("purge", "remove", "reset", "revoke", "rm", "rmi", "shred", "terminate", "truncate", "uninstall", "unregister", "wipe"),
}
LISTING = {"list", "ls", "show", "view", "status"}
"""They say that a command reads when they end its name too: `field-list`."""

CHANGING = {
    *("add", "apply", "change", "convert", "create", "delete", "edit", "generate", "manage", "manipulate", "modify", "move", "remove"),
    *("rename", "reset", "restore", "rotate", "save", "set", "start", "stop", "switch", "unset", "update", "write"),
}
"""A description that begins with "List" and has one of them, "List, create, or delete branches", is none of a command that reads."""

FLAGS_THAT_DESTROY = DESTROYING | {"hard", "overwrite", "mirror"}
READING_DESCRIPTION = re.compile(r"(list|show|display|view|print|inspect)s?\b", re.IGNORECASE)
DESTROYING_DESCRIPTION = re.compile(r"(delete|remove|destroy|erase|purge|prune|discard|uninstall|revoke|kill)s?\b", re.IGNORECASE)


def risk_of(schema: Schema, path: Sequence[str], flags: Sequence[str] = ()) -> Risk:
    """The risk of a command with these flags: the greatest of its own and theirs."""
    scope = scope_of(schema, path)
    risks = [command_risk(scope.command), *(flag_risk(scope.flags[name]) for name in flags if name in scope.flags)]
    return max((risk for risk in risks if risk), key=RISKS.index)


def command_risk(command: CommandSchema) -> Risk:
    """What the schema says; else by the words of the name, else of the description. What nothing is known of is taken to write."""
    if command.risk:
        return command.risk
    words = re.split(r"[-_]", command.name.lower())
    if DESTROYING & set(words):
        return "destructive"
    if DESTROYING_DESCRIPTION.match(command.description):
        return "destructive"
    return "read" if words[0] in READING or words[-1] in LISTING or _is_told_to_read(command.description) else "write"


def flag_risk(flag: Flag) -> Risk | None:
    """What the schema says; `destructive` for names such as `force` and descriptions such as "delete the branch"; else it adds nothing."""
    if flag.risk:
        return flag.risk
    words = re.split(r"[-_]", flag.name.lower())
    if words[0] != "no" and (FLAGS_THAT_DESTROY & set(words) or DESTROYING_DESCRIPTION.match(flag.description)):
        return "destructive"
    return None


def _is_told_to_read(description: str) -> bool:
    words = set(re.findall(r"[a-z]+", description.lower()))
    return bool(READING_DESCRIPTION.match(description)) and not words & CHANGING
