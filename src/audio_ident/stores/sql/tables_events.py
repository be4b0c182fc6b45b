"""Tables of the catalogue: events of imports, what their scans met, and uploads."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from audio_ident.stores.sql.tables import Base


class EventCounterRow(Base):
    """The id of the last event.

    Whoever writes one holds this row until it is committed, so that events become visible in the
    order of their ids, whatever the database.
    """

    __tablename__ = "event_counter"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_event_id: Mapped[int] = mapped_column(sa.BigInteger)


class EventRow(Base):
    """Something that happened; only the last few thousand are kept."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    session_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(sa.String(32))
    document: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    at: Mapped[datetime.datetime]


class ScanListRow(Base):
    """A part of the list of files that the scan of a session met, packed."""

    __tablename__ = "scan_lists"

    session_id: Mapped[str] = mapped_column(
        sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True
    )
    sort: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 0; every part but the last has the same number of files."""
    files: Mapped[int]
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    packed: Mapped[bytes]


class UploadRow(Base):
    """A recording that was uploaded to be kept, from its arrival to what became of it."""

    __tablename__ = "uploads"
    __table_args__ = (sa.CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state"),)

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    name: Mapped[str]
    """Name of the file where it came from, for people."""
    extension: Mapped[str] = mapped_column(sa.String(8))
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[str] = mapped_column(sa.String(16), index=True)
    kind: Mapped[str | None] = mapped_column(sa.String(16))
    """How it is related to what was there; NULL until that is known."""
    track_id: Mapped[str | None] = mapped_column(sa.String(36))
    error_code: Mapped[str | None] = mapped_column(sa.String(64))
    error_fact: Mapped[str | None]
    received_at: Mapped[datetime.datetime]
    ended_at: Mapped[datetime.datetime | None]
