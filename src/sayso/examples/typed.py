"""What a person typed -> the label that they mean."""

from __future__ import annotations

from collections.abc import Sequence

from sayso.errors import UsageError, nearest


def label_meant(typed: str, labels: Sequence[str]) -> str:
    """The label of this number (from 1), of this name, or of which this is the beginning; a UsageError names the nearest one."""
    typed = typed.strip()
    if typed in labels:
        return typed
    if typed.isdecimal() and 1 <= int(typed) <= len(labels):
        return labels[int(typed) - 1]
    folded = typed.casefold()
    for fits in (str.__eq__, str.startswith):
        meant = [label for label in labels if fits(label.casefold(), folded)]
        if typed and len(meant) == 1:
            return meant[0]
        if typed and meant:
            raise UsageError(f"{typed!r} may be {' or '.join(map(repr, meant))}; type more of it")
    raise UsageError(f"{typed!r} is not one of the labels{nearest(typed, labels)}")
