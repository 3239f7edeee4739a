"""The story of labeling runs on databases of both kinds."""

from databases import database_url, postgres, postgres_url

__all__ = ["database_url", "postgres", "postgres_url"]
