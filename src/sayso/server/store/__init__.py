"""Store: what the server must not lose, in SQLite or PostgreSQL."""

from sayso.server.store.database import Database, open_database
from sayso.server.store.schema import upgrade

__all__ = ["Database", "open_database", "upgrade"]
