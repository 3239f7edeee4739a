"""What an alias points at, and every switch that was ever made.

An alias is one small file, and that file is the newest switch itself: to replace it, by one rename, is to switch, or
to take the alias away. What has happened is written to the log afterwards, so that a kill in between loses nothing: who
comes next writes it down.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from sayso.artifacts import flush_folder, read_json, write_json
from sayso.errors import ArtifactError
from sayso.registry.places import ALIASES, HISTORY
from sayso.registry.stamps import Stamp
from sayso.registry.versions import Metrics

Action = Literal["promote", "rollback", "remove"]


@dataclass(frozen=True)
class Switch:
    """One change of what an alias points at: the numbers of the version before (None at first) and after.

    Of an alias that is taken away, `after` is None, and id and metrics are those of the version that it pointed at last.
    """

    number: int
    alias: str
    action: Action
    before: int | None
    after: int | None
    id: str
    metrics: Metrics
    made: Stamp

    def to_dict(self) -> dict[str, Any]:
        """The same as the files have it, ready for JSON."""
        return {
            "switch": self.number,
            "alias": self.alias,
            "action": self.action,
            "from": self.before,
            "to": self.after,
            "id": self.id,
            "metrics": self.metrics,
            **asdict(self.made),
        }


def aliases_in(folder: Path) -> dict[str, Switch]:
    """The aliases of a model, each with the switch that made it what it is."""
    return {switch.alias: switch for switch in _newest(folder) if switch.after is not None}


def history_of(folder: Path) -> list[Switch]:
    """Every switch of a model's aliases, oldest first."""
    newest = _newest(folder)  # before the log: what is replaced in between is in the log by then
    switches = {switch.number: switch for switch in (*_logged(folder / HISTORY), *newest)}
    return [switches[number] for number in sorted(switches)]


def versions_before(switches: Sequence[Switch], alias: str) -> list[int]:
    """The versions that rolling back leads through, the last one first; what was rolled back from is not among them.

    An alias that was taken away and set again begins anew.
    """
    trail: list[int] = []
    for switch in switches:
        if switch.alias != alias:
            continue
        if switch.after is None:
            trail.clear()
        elif switch.action == "rollback" and switch.after in trail:
            while trail[-1] != switch.after:
                trail.pop()
        else:
            trail.append(switch.after)
    return trail[-2::-1]


def make_switch(folder: Path, switch: Switch) -> None:
    """Point the alias somewhere else, or nowhere; only for who holds the model's lock and has caught up with the log."""
    write_json(folder / ALIASES / f"{switch.alias}.json", switch.to_dict())
    flush_folder(folder / ALIASES)
    with contextlib.suppress(OSError):  # the switch is made; whoever comes next writes it down
        catch_up(folder)


def catch_up(folder: Path) -> int:
    """Write to the log whatever switch it lacks; the number of the last one."""
    log = folder / HISTORY
    content = log.read_bytes() if log.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    last = _switch_in(whole.splitlines()[-1], log, whole.count(b"\n")).number if whole else 0
    missing = sorted((switch for switch in _newest(folder) if switch.number > last), key=lambda switch: switch.number)
    if missing:
        if content != whole:
            os.truncate(log, len(whole))
        with open(log, "ab") as stream:
            for switch in missing:
                stream.write(json.dumps(switch.to_dict(), ensure_ascii=False).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        if not whole:
            flush_folder(folder)
    return missing[-1].number if missing else last


def _newest(folder: Path) -> list[Switch]:
    """The last switch of every alias, of those too that were taken away."""
    return [_switch(read_json(file), file) for file in sorted(folder.glob(f"{ALIASES}/[!.]*.json"))]


def _logged(log: Path) -> list[Switch]:
    """The switches in the log; a last line that a kill cut off was never more than a copy of what the alias's file says."""
    lines = log.read_bytes().split(b"\n")[:-1] if log.exists() else []
    return [_switch_in(line, log, number) for number, line in enumerate(lines, start=1)]


def _switch_in(line: bytes, log: Path, number: int) -> Switch:
    try:
        return _switch(json.loads(line), log)
    except ValueError as error:
        raise ArtifactError(f"this is no line of a history: {error}", log, number) from None


def _switch(value: Any, path: Path) -> Switch:
    try:
        return Switch(
            number=int(value["switch"]),
            alias=str(value["alias"]),
            action=value["action"],
            before=value["from"],
            after=None if value["action"] == "remove" else int(value["to"]),
            id=str(value["id"]),
            metrics=value["metrics"],
            made=Stamp(value["when"], value["who"], value["why"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"this record of a switch cannot be read: {error!r}", path) from None
