"""The command line: one thin module a verb. Parses, calls a stage, prints."""

from __future__ import annotations


def main() -> None:
    """The `sayso` command."""
    from sayso.cli.app import run

    run()
