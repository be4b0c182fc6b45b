"""All tables, wherever they are declared: whoever needs every one of them imports this."""

from audio_ident.stores.sql import (
    tables_accounts,
    tables_edits,
    tables_events,
    tables_jobs,
    tables_library,
    tables_map,
    tables_vectors,
)
from audio_ident.stores.sql.tables import Base

PARTS = (
    tables_accounts,
    tables_edits,
    tables_events,
    tables_jobs,
    tables_library,
    tables_map,
    tables_vectors,
)
"""The modules besides `tables`."""

METADATA = Base.metadata
