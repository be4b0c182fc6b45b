"""Run by Alembic for each command; `migrate` hands it a connection."""

from alembic import context

from audio_ident.stores.sql.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    transactional_ddl=True,  # SQLite too: `dialect` begins every transaction itself
)
with context.begin_transaction():
    context.run_migrations()
