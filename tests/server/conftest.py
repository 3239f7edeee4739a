"""The server's tests run on databases of both kinds."""

from databases import database_url, postgres, postgres_url, shared_database_url

__all__ = ["database_url", "postgres", "postgres_url", "shared_database_url"]
