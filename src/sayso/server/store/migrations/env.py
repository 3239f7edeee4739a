"""Alembic's entry: runs the migrations in the transaction that `schema.upgrade` has begun."""

from alembic import context

from sayso.server.store.tables import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata, transactional_ddl=True)
context.run_migrations()
