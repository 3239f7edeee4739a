"""`sayso token`: who may use a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.cli.serve import DatabaseOption
from sayso.errors import UsageError, nearest

if TYPE_CHECKING:
    from sayso.server.store.database import Database

ACTIONS = ("create", "list", "revoke")


def token(
    action: Annotated[str, typer.Argument(metavar="create|list|revoke", help="What to do.")],
    identity: Annotated[str | None, typer.Argument(metavar="[ID]", help="The token to revoke, by its id.")] = None,
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="app: classify; expert: label, too; admin: everything.")] = "app",
    name: Annotated[str, typer.Option("--name", help="Whose it is, as lists and the audit log call it.")] = "",
    expires: Annotated[str | None, typer.Option("--expires", metavar="SPAN", help="30m, 12h, 90d, 4w or 1y; default: never.")] = None,
    project: ProjectOption = Path(),
    database_url: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make, list or revoke the tokens of a server.

    A token is shown once, when it is made: only its hash is kept. A running server takes a new one at once and refuses a
    revoked one within two seconds.
    """
    from sayso.server.settings import read_settings
    from sayso.server.store import open_database

    if action not in ACTIONS:
        raise UsageError(f"a token can be {', '.join(ACTIONS)}, not {action!r}{nearest(action, ACTIONS)}")
    if (action == "revoke") != (identity is not None):
        raise UsageError("name the token to revoke by its id: sayso token revoke ID; sayso token list shows the ids")
    database = open_database(read_settings(project=project, database_url=database_url).database)
    try:
        if action == "create":
            _create(database, role, name, expires, as_json)
        elif action == "list":
            _list(database, as_json)
        elif identity:
            _revoke(database, identity, as_json)
    finally:
        database.close()


def _create(database: Database, role: str, name: str, expires: str | None, as_json: bool) -> None:
    from sayso.server.access.tokens import create_token, parse_duration

    span = parse_duration(expires) if expires else None
    with database.writing() as transaction:
        made = create_token(transaction, role, name or role, span)
    if as_json:
        terminal.print_json({"token": made, "id": made.split("_")[1], "role": role, "name": name or role})
        return
    terminal.stdout().print(made, markup=False)
    terminal.say("Keep it: it is not shown again.")


def _list(database: Database, as_json: bool) -> None:
    from sayso.server.access.tokens import list_tokens, who_has

    with database.reading() as transaction:
        tokens = list_tokens(transaction)
    rows = [
        {
            "id": token.id,
            "role": token.role,
            "name": token.name,
            "created": token.created_at.isoformat(timespec="seconds"),
            "expires": token.expires_at.isoformat(timespec="seconds") if token.expires_at else None,
            "state": "valid" if who_has(token) else "revoked" if token.revoked_at else "expired",
        }
        for token in tokens
    ]
    if as_json:
        terminal.print_json({"tokens": rows})
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in ("id", "role", "name", "created", "expires", "state"):
        table.add_column(column)
    for row in rows:
        table.add_row(*(str(value or "never") for value in row.values()))
    terminal.stdout().print(table)


def _revoke(database: Database, identity: str, as_json: bool) -> None:
    from sayso.server.access.tokens import revoke_token

    with database.writing() as transaction:
        revoked = revoke_token(transaction, identity)
    if as_json:
        terminal.print_json({"revoked": identity})
    else:
        terminal.say(f"{revoked.name} ({revoked.role} {identity}) is revoked.")
