"""Owns how Alembic runs our migrations: on the connection and in the transaction it is given."""

from alembic import context

from features.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by making it anew
    compare_type=True,
)
context.run_migrations()
