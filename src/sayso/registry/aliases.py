"""A version -> what an alias points at. Nothing is pointed at before it has proved to be whole and to answer as it should."""

from __future__ import annotations

from pathlib import Path

from sayso.errors import InputError, UsageError, nearest
from sayso.registry.history import Action, Switch, aliases_in, catch_up, history_of, make_switch, versions_before
from sayso.registry.locks import locked
from sayso.registry.places import PRODUCTION, check_alias
from sayso.registry.stamps import stamp
from sayso.registry.versions import Version, open_version, version_at


def promote(version: Version, alias: str = PRODUCTION, *, why: str = "") -> Switch | None:
    """Point the alias at the version; None if it points there already."""
    check_alias(alias)
    with locked(version.model_folder):
        return _switch(version, alias, "promote", why)


def rollback(folder: Path, alias: str = PRODUCTION, *, to: Version | None = None, why: str = "") -> Switch | None:
    """Point the alias of the model in `folder` at the version that it pointed at before, or at `to`; None if it points there already.

    Rolled back again, it goes further back; it never returns to what it was rolled back from.
    """
    with locked(folder):
        return _switch(to or _version_before(folder, alias), alias, "rollback", why)


def remove_alias(folder: Path, alias: str, *, why: str = "") -> Switch:
    """Take an alias of the model in `folder` away. Its versions stay, and so does its history. `production` cannot be."""
    if alias == PRODUCTION:
        raise UsageError(f"{PRODUCTION} cannot be taken away, for programs load it; point it elsewhere by sayso promote or sayso rollback")
    with locked(folder):
        last, current = catch_up(folder), _points_at(folder, alias)
        switch = Switch(last + 1, alias, "remove", current.after, None, current.id, current.metrics, stamp(why))
        make_switch(folder, switch)
        return switch


def prove(version: Version) -> int:
    """Verify the version, load it, and ask it its golden rows; how many there were."""
    from sayso.runtime.model import Model
    from sayso.runtime.selftest import self_test

    bundle = open_version(version)
    with Model(bundle.spec, bundle.graph, bundle.tokenizer) as model:
        return self_test(model, bundle)


def _switch(version: Version, alias: str, action: Action, why: str) -> Switch | None:
    folder = version.model_folder
    prove(version)
    last = catch_up(folder)
    current = aliases_in(folder).get(alias)
    if current and current.after == version.number:
        return None
    switch = Switch(
        number=last + 1,
        alias=alias,
        action=action,
        before=current.after if current else None,
        after=version.number,
        id=version.id,
        metrics=version.metrics,
        made=stamp(why),
    )
    make_switch(folder, switch)
    return switch


def _version_before(folder: Path, alias: str) -> Version:
    """Where rolling the alias back leads."""
    current = _points_at(folder, alias)
    before = versions_before(history_of(folder), alias)
    if not before:
        raise InputError(f"{alias} has pointed at no version before {folder.name}@{current.after}; name one with --to", folder)
    return version_at(folder, before[0])


def _points_at(folder: Path, alias: str) -> Switch:
    """The switch that made an alias what it is; an InputError if there is no such alias."""
    aliases = aliases_in(folder)
    if alias not in aliases:
        raise InputError(f"{folder.name} has no alias {alias!r}{nearest(alias, aliases)}", folder)
    return aliases[alias]
