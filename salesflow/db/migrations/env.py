"""Alembic's entry: runs the migrations in the transaction that upgrade.py opened; it never connects by itself."""

from alembic import context

from salesflow.db.metadata import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata(), render_as_batch=True)
context.run_migrations()
