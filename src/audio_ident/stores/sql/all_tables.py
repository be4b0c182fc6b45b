"""All tables, wherever they are declared: whoever needs every one of them imports this."""

from audio_ident.stores.sql import (
    tables_accounts,
    tables_edits,
    tables_events,
    tables_jobs,
    tables_library,
)
from audio_ident.stores.sql.tables import Base

PARTS = (tables_accounts, tables_edits, tables_events, tables_jobs, tables_library)
"""The modules besides `tables`."""

METADATA = Base.metadata
