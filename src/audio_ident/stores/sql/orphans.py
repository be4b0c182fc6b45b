"""Finds and removes rows that name a row which is not there.

The database refuses to make such rows; a damaged file, another program or a restored copy can
still hold them. Every reference of every table is looked at, also of tables to come.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.stores.sql.all_tables import METADATA


class Orphans:
    """Rows whose parents are gone."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def counts(self) -> dict[str, int]:
        """How many there are, by `table.column`; nothing for references that hold."""
        found = {}
        for table, column, is_orphan in _references():
            query = sa.select(sa.func.count()).select_from(table).where(is_orphan)
            if count := self._session.scalar(query):
                found[f"{table.name}.{column.name}"] = count
        return found

    def remove(self) -> None:
        """Remove them, or let go of the reference where a row may be without it.

        Tables come after those that they refer to, so that no new orphan is left behind.
        """
        for table, column, is_orphan in _references():
            if column.nullable:
                change: sa.Update | sa.Delete = sa.update(table).values({column.name: None})
            else:
                change = sa.delete(table)
            self._session.execute(change.where(is_orphan))


def _references() -> Iterator[tuple[sa.Table, "sa.Column[object]", sa.ColumnElement[bool]]]:
    for table in METADATA.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            parent = key.column.table.alias()
            is_held = sa.exists().where(parent.c[key.column.name] == key.parent)
            yield table, key.parent, sa.and_(key.parent.is_not(None), ~is_held)
