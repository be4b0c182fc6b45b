"""Tables as a whole: what a move to another database needs, whatever the tables mean.

Every table of the program is one of them, also those to come, but the one that says which library
a catalogue belongs to: that is for the mover to say.
"""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.stores.sql.all_tables import METADATA
from audio_ident.stores.sql.dialect import set_sequences
from audio_ident.stores.sql.tables_events import EventCounterRow
from audio_ident.stores.sql.tables_library import LibraryRow

Row: TypeAlias = Mapping[str, Any]
Key: TypeAlias = tuple[Any, ...]
"""The primary key of a row."""

_ROWS_AT_ONCE = 500
_DIGEST_BYTES = 16
_OWNER = str(LibraryRow.__tablename__)
_FOREIGN = {"alembic_version"}
"""What the database holds besides the tables of the program."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TableSum:
    """What a table holds, in short: equal for equal rows, in whatever database they lie."""

    rows: int
    digest: int


class WholeTables:
    """The tables of a catalogue, those first that others refer to."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def names(self) -> list[str]:
        """The tables that are moved."""
        return [table.name for table in METADATA.sorted_tables if table.name != _OWNER]

    def unknown(self) -> list[str]:
        """Tables in the database that this version of the program does not know."""
        found = sa.inspect(self._session.connection()).get_table_names()
        return sorted(set(found) - set(METADATA.tables) - _FOREIGN)

    def count(self, name: str) -> int:
        """How many rows a table has."""
        return self._session.scalar(sa.select(sa.func.count()).select_from(_plain(name))) or 0

    def are_new(self) -> bool:
        """Whether nothing was written since the tables were made, one of them with a counter."""
        is_used = sa.select(EventCounterRow.id).where(EventCounterRow.last_event_id > 0)
        others = (name for name in self.names() if name != EventCounterRow.__tablename__)
        return self._session.scalar(is_used) is None and not any(map(self.count, others))

    def batches(self, name: str, after: Key | None) -> Iterator[list[Row]]:
        """The rows of a table by their keys, those after a key; few of them are held at a time."""
        table = _plain(name)
        keys = _keys_of(table)
        query = sa.select(table).order_by(*keys)
        if after is not None:
            values = [sa.literal(value, key.type) for value, key in zip(after, keys, strict=True)]
            query = query.where(sa.tuple_(*keys) > sa.tuple_(*values))
        found = self._session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))
        for rows in found.mappings().partitions():
            yield [dict(row) for row in rows]

    def last_key(self, name: str) -> Key | None:
        """The largest key of a table, None while it is empty."""
        keys = _keys_of(_plain(name))
        query = sa.select(*keys).order_by(*(key.desc() for key in keys)).limit(1)
        row = self._session.execute(query).first()
        return None if row is None else tuple(row)

    def add(self, name: str, rows: Sequence[Row]) -> None:
        """Put rows into a table."""
        self._session.execute(sa.insert(_plain(name)), [dict(row) for row in rows])

    def clear(self) -> None:
        """Remove every row that is moved."""
        for name in reversed(self.names()):
            self._session.execute(sa.delete(_plain(name)))

    def let_ids_go_on(self) -> None:
        """Let new rows get ids that none of the copied ones has."""
        for name in self.names():
            set_sequences(self._session.connection(), METADATA.tables[name])

    def sum(self, name: str) -> TableSum:
        """What a table holds, in short."""
        rows, digest = 0, 0
        query = sa.select(_plain(name)).execution_options(yield_per=_ROWS_AT_ONCE)
        for row in self._session.execute(query):
            rows += 1
            digest += _digest(row)
        return TableSum(rows=rows, digest=digest % (1 << 8 * _DIGEST_BYTES))


def _plain(name: str) -> sa.TableClause:
    """A table whose empty JSON values stay empty, which those of the models need not."""
    columns = METADATA.tables[name].columns
    return sa.table(name, *(sa.column(column.name, _plain_type(column.type)) for column in columns))


def _plain_type(kind: "sa.types.TypeEngine[Any]") -> "sa.types.TypeEngine[Any]":
    return sa.JSON(none_as_null=True) if isinstance(kind, sa.JSON) else kind


def _keys_of(table: sa.TableClause) -> list["sa.ColumnClause[Any]"]:
    return [table.c[column.name] for column in METADATA.tables[table.name].primary_key.columns]


def _digest(row: Sequence[Any]) -> int:
    canonical = "\0".join(_canonical(value) for value in row).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(canonical, digest_size=_DIGEST_BYTES).digest()
    return int.from_bytes(digest, "big")


def _canonical(value: object) -> str:
    """A value in words that do not depend on the database it comes from."""
    match value:
        case datetime.datetime():
            return f"t{value.astimezone(datetime.UTC).isoformat()}"
        case bytes() | memoryview():
            return f"b{bytes(value).hex()}"
        case dict() | list():
            return f"j{json.dumps(value, sort_keys=True)}"
        case bool():
            return f"n{int(value)}"
        case _:
            return f"{type(value).__name__[0]}{value!r}"
