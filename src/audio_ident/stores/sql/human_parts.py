"""The tables that hold what people decided, and how their rows leave and enter the catalogue.

Everything else can be made again from the music. A new table of decisions is one more line in
`HUMAN_PARTS`, and a backup has it.
"""

import dataclasses
import datetime
import os
from collections.abc import Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.stores.sql.tables import (
    Base,
    DuplicateDecisionRow,
    ProfileRow,
    RootRow,
    UtcTime,
)
from audio_ident.stores.sql.tables_edits import HiddenTrackRow, TrackEditRow

Entry: TypeAlias = Mapping[str, Any]
"""A row, ready for JSON: times are ISO 8601, bytes are text with surrogate escapes."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HumanPart:
    """One table of decisions."""

    table: type[Base]
    key: tuple[str, ...]
    """Columns that say what a decision is about; the same in every library with this music."""
    moments: tuple[str, ...]
    """Columns that say when it was decided, used or revoked; the latest of them counts."""

    @property
    def name(self) -> str:
        """Name of the part in a backup: that of the table."""
        return str(self.table.__tablename__)

    @property
    def columns(self) -> Mapping[str, "sa.Column[Any]"]:
        """The columns that leave the catalogue: all but numbers that it gives by itself."""
        columns = sa.inspect(self.table).columns
        return {
            column.key: column
            for column in columns
            if column.key in self.key or not (column.primary_key and _is_number(column))
        }


HUMAN_PARTS: tuple[HumanPart, ...] = (
    HumanPart(table=RootRow, key=("path",), moments=("added_at",)),
    HumanPart(table=ProfileRow, key=("name",), moments=("created_at", "last_used_at")),
    HumanPart(
        table=DuplicateDecisionRow,
        key=("first_digest", "second_digest", "verdict", "decided_at"),
        moments=("decided_at", "revoked_at"),
    ),
    HumanPart(
        table=TrackEditRow,
        key=("audio_digest", "place", "field", "decided_at"),
        moments=("decided_at", "revoked_at"),
    ),
    HumanPart(
        table=HiddenTrackRow,
        key=("audio_digest", "place", "hidden_at"),
        moments=("hidden_at", "restored_at"),
    ),
)


class HumanRows:
    """Decisions of people, as entries of a backup."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def entries(self, part: HumanPart) -> list[Entry]:
        """All rows of a part, in the order of their keys, then of their times."""
        columns = part.columns
        order = [columns[name] for name in (*part.key, *part.moments)]
        query = sa.select(*columns.values()).order_by(*order)
        return [
            {name: _to_json(value) for name, value in zip(columns, row, strict=True)}
            for row in self._session.execute(query)
        ]

    def save(self, part: HumanPart, entry: Entry) -> None:
        """Put an entry in the place of the newest row with its key, or beside the others."""
        columns = part.columns
        values = {name: _from_json(columns[name], value) for name, value in entry.items()}
        same_key = [columns[name] == values[name] for name in part.key]
        newest_first = [columns[name].desc() for name in part.moments]
        row = self._session.scalar(
            sa.select(part.table).where(*same_key).order_by(*newest_first).limit(1)
        )
        if row is None:
            self._session.add(part.table(**values))
        else:
            for name, value in values.items():
                setattr(row, name, value)
        self._session.flush()


def _is_number(column: "sa.Column[Any]") -> bool:
    return isinstance(column.type, sa.Integer)


def _to_json(value: object) -> object:
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return os.fsdecode(value) if isinstance(value, bytes) else value


def _from_json(column: "sa.Column[Any]", value: object) -> object:
    if not isinstance(value, str):
        return value
    if isinstance(column.type, sa.LargeBinary):
        return os.fsencode(value)
    if isinstance(column.type, UtcTime):
        return datetime.datetime.fromisoformat(value)
    return value
