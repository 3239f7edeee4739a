"""`sayso db`: what a server keeps, upgraded, backed up and restored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import ProjectOption
from sayso.cli.serve import DatabaseOption
from sayso.errors import UsageError, nearest

ACTIONS = ("upgrade", "backup", "restore")


def db(
    action: Annotated[str, typer.Argument(metavar="upgrade|backup|restore", help="What to do.")],
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="The backup's file.")] = None,
    project: ProjectOption = Path(),
    database_url: DatabaseOption = None,
) -> None:
    """Upgrade, back up or restore a server's database.

    A backup may be made while servers run. Restore it while none does: it takes the place of all that is there.
    """
    from sayso.server.settings import read_settings
    from sayso.server.store.backup import backup, restore
    from sayso.server.store.database import open_engine
    from sayso.server.store.schema import upgrade

    if action not in ACTIONS:
        raise UsageError(f"a database can be {', '.join(ACTIONS)}, not {action!r}{nearest(action, ACTIONS)}")
    if (action == "upgrade") != (file is None):
        raise UsageError("name the backup's file: sayso db backup FILE" if file is None else "sayso db upgrade takes no file")
    url = read_settings(project=project, database_url=database_url).database
    if file is None:
        before, after = upgrade(open_engine(url))
        terminal.say(f"The database is up to date ({after})." if before == after else f"Upgraded from {before} to {after}.")
    elif action == "backup":
        backup(url, file)
        terminal.say(f"Wrote {file} ({file.stat().st_size / 1e6:.1f} MB).")
    else:
        restore(url, file)
        terminal.say(f"Restored from {file}.")
