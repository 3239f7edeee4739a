"""What a person had to correct before it ran -> rows that models of commands are trained on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from sayso.clischema import Argument, Command, Schema, scope_of
from sayso.clischema.values import text_of
from sayso.shell.history import Request, append_row
from sayso.shell.places import corrections_file
from sayso.shell.proposal import Proposal


def learn(schema: Schema, request: Request, proposal: Proposal) -> None:
    """Keep a correction; what the model said itself teaches it nothing.

    Answers are put behind the request, as if it had said them at once. A command with a value that neither words nor context have is
    left out: from such a row a model would learn to make values up.
    """
    if proposal.origin == "model":
        return
    text = " ".join([request.text, *proposal.answers])
    if _makes_up(schema, proposal.command, text, request.context):
        return
    output = json.dumps(proposal.command.to_json(), ensure_ascii=False)
    append_row(corrections_file(request.tool), {"instruction": text, "context": request.context or None, "output": output})


def _makes_up(schema: Schema, command: Command, text: str, context: Mapping[str, Any]) -> bool:
    scope = scope_of(schema, command.path)
    for name, value in command.args.items():
        argument = scope.arguments[name]
        for one in value if argument.repeatable else [value]:
            if not _is_said(argument, one, text, context):
                return True
    return False


def _is_said(argument: Argument, value: Any, text: str, context: Mapping[str, Any]) -> bool:
    """Values that are chosen from a list may be said in other words."""
    if argument.type in ("enum", "boolean"):
        return True
    if argument.context and argument.context.resolve(context) == value:
        return True
    return bool(re.search(rf"(?<!\w){re.escape(text_of(argument, value))}(?!\w)", text, re.IGNORECASE))
