"""Run by Alembic for each command; `migrate` hands it a connection."""

from alembic import context

from audio_ident.stores.sql.all_tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
    transactional_ddl=True,  # SQLite too: `dialect` begins every transaction itself
)
with context.begin_transaction():
    context.run_migrations()
