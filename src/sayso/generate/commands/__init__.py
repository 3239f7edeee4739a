"""Requests to a command line tool, made from its schema alone: offline, the same every time."""

from sayso.generate.commands.rows import Made, requests

__all__ = ["Made", "requests"]
