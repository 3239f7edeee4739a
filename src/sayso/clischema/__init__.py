"""A command line tool's commands: read, checked, imported; and a command as JSON and as an argv.

`schema`, `spec`, `scope`, `values`, `command`, `argv`, `parse` and `risk` need nothing but the standard library.
"""

from __future__ import annotations

from sayso.clischema.argv import to_argv
from sayso.clischema.command import Command, checked, missing, path_in_json, wrong_with_command
from sayso.clischema.parse import parse, parse_line
from sayso.clischema.risk import command_risk, flag_risk, risk_of
from sayso.clischema.schema import Argument, Binding, CommandSchema, Example, Flag, Risk, Schema
from sayso.clischema.scope import Scope, scope_of
from sayso.clischema.spec import as_data, from_spec, to_spec

__all__ = [
    "Argument",
    "Binding",
    "Command",
    "CommandSchema",
    "Example",
    "Flag",
    "Risk",
    "Schema",
    "Scope",
    "as_data",
    "checked",
    "command_risk",
    "flag_risk",
    "from_spec",
    "missing",
    "parse",
    "parse_line",
    "path_in_json",
    "risk_of",
    "scope_of",
    "to_argv",
    "to_spec",
    "wrong_with_command",
]
