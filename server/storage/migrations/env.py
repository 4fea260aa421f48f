"""Alembic's entry: runs the versions on the connection that `server.storage.migrate` hands in."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transaction_per_migration=False,
    transactional_ddl=False,
)
context.run_migrations()
