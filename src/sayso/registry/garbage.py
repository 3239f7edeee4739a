"""Versions that nothing needs any more -> room on the disk."""

from __future__ import annotations

import datetime
from pathlib import Path

from sayso.errors import UsageError
from sayso.registry.history import aliases_in, history_of, versions_before
from sayso.registry.locks import locked
from sayso.registry.versions import Version, clear_leftovers, remove_bundle, versions_in

KEEP = 5
MIN_AGE = datetime.timedelta(days=1)


def unneeded(folder: Path, keep: int = KEEP, min_age: datetime.timedelta = MIN_AGE) -> list[Version]:
    """The versions of a model that may go.

    Of each alias the last `keep` versions stay, counted in its history and on the way that rolling back takes. What was
    registered less than `min_age` ago stays. A model without aliases stays as it is: nobody has said what is in use.
    """
    if keep < 1:
        raise UsageError(f"keep 1 version of each alias or more, not {keep}: what an alias points at is never removed")
    switches = history_of(folder)
    needed: set[int] = set()
    for alias in aliases_in(folder):
        pointed_at = list(dict.fromkeys(switch.after for switch in reversed(switches) if switch.alias == alias and switch.after))
        needed |= {*pointed_at[:keep], *versions_before(switches, alias)[: keep - 1]}
    if not needed:
        return []
    return [v for v in versions_in(folder) if v.is_kept and v.number not in needed and v.added.age >= min_age]


def collect(folder: Path, keep: int = KEEP, min_age: datetime.timedelta = MIN_AGE) -> list[Version]:
    """Delete the bundles of a model's versions that may go, and what killed processes left; the versions."""
    with locked(folder):
        clear_leftovers(folder)
        gone = unneeded(folder, keep, min_age)
        for version in gone:
            remove_bundle(version)
    return gone
